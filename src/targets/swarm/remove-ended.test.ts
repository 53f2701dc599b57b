import { expect, test } from 'vitest'
import { container as inspected } from '../../../test/fakes/inspect.ts'
import { swarmService } from '../../../test/fakes/swarm-manager.ts'
import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ImageInspect } from '../../clients/docker/shapes.ts'
import { removeEnded } from './remove-ended.ts'

const taskLabels = { 'com.docker.swarm.service.name': 'api', 'com.docker.swarm.task.id': 'task' }

const container = (id: string, imageId: string, change: Partial<ContainerSummary> = {}): ContainerSummary => ({
  id,
  name: id,
  image: 'api',
  imageId,
  labels: taskLabels,
  state: 'exited',
  ...change,
})

/** What goes of some containers, on a node that has these images by these references. */
async function removeFrom(
  all: readonly ContainerSummary[],
  images: Readonly<Record<string, ImageInspect | undefined>>,
  madeOf: Readonly<Record<string, string>> = {},
) {
  const removed: string[] = []
  const asked: (string | undefined)[] = []
  const engine = {
    inspectService: async () => swarmService(),
    inspectImage: async (reference: string) => images[reference] ?? null,
    inspectContainer: async (id: string) => inspected({ Config: { Image: madeOf[id] ?? 'api:0' } }),
    listContainers: async (_: AbortSignal, label?: string) => {
      asked.push(label)
      return all
    },
    removeContainer: async (id: string) => void removed.push(id),
  }
  await removeEnded({ engine }, { oldInstance: 'service-id', name: 'api' }, new AbortController().signal)
  return { removed, asked }
}

test('only containers of ended tasks go, and only of versions that the service runs no more', async () => {
  const all = [
    container('superseded', 'old'),
    container('failed', 'bad', { state: 'dead' }),
    container('current', 'new'),
    container('running', 'old', { state: 'running' }),
    container('created', 'old', { state: 'created' }),
    container('no task', 'old', { labels: { 'com.docker.swarm.service.name': 'api' } }),
    container('pretender', 'labelled'),
    container('of no image', 'gone'),
  ]
  const { removed, asked } = await removeFrom(all, {
    [swarmService().image]: { Id: 'new', Config: {} },
    new: { Id: 'new', Config: {} },
    old: { Id: 'old', Config: {} },
    bad: { Id: 'bad', Config: { Labels: { other: 'label' } } },
    labelled: { Id: 'labelled', Config: { Labels: taskLabels } },
  })

  expect(removed).toEqual(['superseded', 'failed'])
  expect(asked).toEqual(['com.docker.swarm.service.name=api'])
})

test('where somebody took the reference of the present version away, the containers themselves tell of what they are', async () => {
  const { image } = swarmService()
  const { removed } = await removeFrom(
    [container('superseded', 'old'), container('current', 'new'), container('spelled out', 'new')],
    { new: { Id: 'new', Config: {} }, old: { Id: 'old', Config: {} } },
    { current: image, 'spelled out': `docker.io/library/${image}` },
  )

  expect(removed).toEqual(['superseded'])
})
