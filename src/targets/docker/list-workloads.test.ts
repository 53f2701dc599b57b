import { describe, expect, test } from 'vitest'
import { composeLabels } from '../../../test/fakes/compose-services.ts'
import { container } from '../../../test/fakes/inspect.ts'
import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { DockerDeps } from './docker-deps.ts'
import { createInspections } from '../engine/inspections.ts'
import type { Labels } from '../engine/own-labels.ts'
import { operationLabel, replacesLabel } from './labels.ts'
import { listWorkloads } from './list-workloads.ts'

const { signal } = new AbortController()

const summary = (name: string): ContainerSummary => ({
  id: `${name}-id`,
  name,
  image: `${name}:1`,
  imageId: 'i1',
  labels: { 'longshore.watch': 'true' },
  state: 'running',
})

/** Listing asks nothing else. */
const depsOf = (engine: Parameters<typeof createInspections>[0]): DockerDeps =>
  ({
    target: 'local',
    engine,
    inspections: createInspections(engine),
    self: { container: null, hostname: 'server' },
    ensured: [],
    providerNames: new Map(),
    clock: { now: () => 0 },
  }) as unknown as DockerDeps

/** An engine with two containers, of which it cannot describe the first. */
function stage(code: ErrorCode): DockerDeps {
  const inspectContainer = (id: string) => {
    if (id === 'broken-id') return Promise.reject(new AppError(code, 'RWLayer is unexpectedly nil'))
    const State = { Status: 'running', Running: true, Restarting: false, Paused: false }
    const inspect = { Id: id, Name: '/web', Image: 'i1', State, Config: { Image: 'web:1' }, HostConfig: {} }
    // Only what is read here.
    return Promise.resolve({ ...inspect, NetworkSettings: {} } as unknown as ContainerInspect)
  }
  const engine = {
    listContainers: () => Promise.resolve([summary('broken'), summary('web')]),
    inspectContainer,
    inspectImage: () => Promise.resolve({ Id: 'i1', Os: 'linux', Architecture: 'amd64' }),
  }
  return depsOf(engine)
}

test('a container that the engine cannot describe is shown with the reason, and the others are not kept from theirs', async () => {
  const workloads = await listWorkloads(stage('TARGET_FAILED'), signal)

  expect(workloads).toMatchObject([
    { name: 'web', leftAlone: null },
    {
      name: 'broken',
      image: 'broken:1',
      labels: { 'longshore.watch': 'true' },
      leftAlone: {
        code: 'NOT_READABLE',
        sentence: 'the engine does not describe it: RWLayer is unexpectedly nil',
      },
    },
  ])
})

test('an engine that is away is not taken for containers that cannot be described', async () => {
  await expect(listWorkloads(stage('TARGET_UNAVAILABLE'), signal)).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' })
})

test('one that a rollout renames between the list and the look is not taken for a workload of its own', async () => {
  const renamed = { ...container(), Id: 'web-id', Name: '/web.longshore-prev', Image: 'i1' }
  const engine = {
    listContainers: () => Promise.resolve([summary('web')]),
    inspectContainer: () => Promise.resolve(renamed),
    inspectImage: () => Promise.resolve({ Id: 'i1' }),
  }
  const self = { container: null, hostname: 'server' }
  // Listing asks nothing else.
  const deps = {
    target: 'local',
    engine,
    inspections: createInspections(engine),
    self,
    ensured: [],
    providerNames: new Map(),
    clock: { now: () => 0 },
  } as unknown as DockerDeps

  expect(await listWorkloads(deps, signal)).toEqual([])
})

describe('an image that the engine cannot describe', () => {
  const State = { ...container().State }
  const labels = { 'longshore.watch': 'true', [operationLabel]: 'r1', [replacesLabel]: 'prev-id' }
  const fresh = { ...summary('web'), imageId: 'bad', labels }

  /** An engine with these containers, which cannot describe the image `bad`. */
  function withBadImage(summaries: readonly ContainerSummary[], code: ErrorCode = 'TARGET_FAILED'): DockerDeps {
    const engine = {
      listContainers: async () => summaries,
      inspectContainer: async (id: string) => {
        const found = summaries.find((each) => each.id === id)
        const { image, imageId, labels: Labels } = found ?? fresh
        return {
          ...container({ Config: { Image: image, Labels } }),
          Id: id,
          Name: `/${found?.name}`,
          Image: imageId,
          State,
        }
      },
      inspectImage: async (id: string) => {
        if (id === 'bad') throw new AppError(code, 'layer does not exist')
        return { Id: id }
      },
    }
    return depsOf(engine)
  }

  test('has what runs it left alone with the reason, and nothing else', async () => {
    const workloads = await listWorkloads(withBadImage([fresh, summary('other')]), signal)

    expect(workloads).toMatchObject([
      {
        name: 'web',
        labels: { 'longshore.watch': 'true' },
        leftAlone: { code: 'NOT_READABLE', sentence: 'the engine does not describe its image: layer does not exist' },
      },
      { name: 'other', leftAlone: null },
    ])
  })

  test('makes no workload of what a rollout keeps beside one', async () => {
    const previous = { ...summary('web.longshore-prev'), id: 'prev-id' }
    const next = { ...fresh, id: 'next-id', name: 'other.longshore-next' }

    const workloads = await listWorkloads(withBadImage([fresh, previous, summary('other'), next]), signal)

    expect(workloads.map(({ name }) => name)).toEqual(['web', 'other'])
  })

  test('is told of where it may be the last that was good, kept until a rollout succeeds', async () => {
    const aside = { ...summary(`web.longshore-prev.${'a'.repeat(12)}`), id: 'a'.repeat(64) }
    const replaced = { ...fresh, labels: { ...fresh.labels, [replacesLabel]: aside.id } }

    const workloads = await listWorkloads(withBadImage([replaced, aside, summary('other')]), signal)

    expect(workloads.map(({ name }) => name)).toEqual(['web', 'other'])
    expect(workloads.map(({ note }) => note)).toEqual([
      `what it was before is kept as ${aside.name} until a rollout of it succeeds`,
      undefined,
    ])
  })

  test('is not taken for an engine that is away', async () => {
    const listed = listWorkloads(withBadImage([fresh], 'TARGET_UNAVAILABLE'), signal)

    await expect(listed).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' })
  })
})

describe('containers of Compose', () => {
  const service = composeLabels({ project: 'shop', service: 'web' })

  /** An engine with one container of these labels, whose image brought some of its own. */
  function withLabels(labels: Labels, imageLabels: Labels | null = {}): DockerDeps {
    const inspect = { ...container({ Config: { Labels: labels } }), Image: 'i1' }
    const engine = {
      listContainers: () => Promise.resolve([{ ...summary('web'), labels }]),
      inspectContainer: () => Promise.resolve(inspect),
      inspectImage: () => Promise.resolve(imageLabels && { Id: 'i1', Config: { Labels: imageLabels } }),
    }
    return depsOf(engine)
  }

  test('that belong to a service are not shown as plain ones, also where their image is gone', async () => {
    expect(await listWorkloads(withLabels(service), signal)).toEqual([])
    expect(await listWorkloads(withLabels(service, null), signal)).toEqual([])
  })

  test('are not those that an image makes itself out to be: they cannot hide', async () => {
    expect(await listWorkloads(withLabels(service, service), signal)).toMatchObject([
      { id: 'local/container/web', leftAlone: null, labels: {} },
    ])
  })

  describe('whose image `docker compose build` has made say the same', () => {
    const made = { ...service, ...composeLabels({ 'config-hash': 'hash' }) }

    test('are workloads of another kind', async () => {
      expect(await listWorkloads(withLabels(made, service), signal)).toEqual([])
    })

    test('and that `docker compose run` made are left alone', async () => {
      const labels = { ...made, ...composeLabels({ oneoff: 'True' }) }

      expect(await listWorkloads(withLabels(labels, service), signal)).toMatchObject([
        { leftAlone: { code: 'COMPOSE_SERVICE' } },
      ])
    })
  })

  test('that `docker compose run` made are shown, and left alone with that reason', async () => {
    const labels = { ...service, ...composeLabels({ oneoff: 'True' }) }

    expect(await listWorkloads(withLabels(labels), signal)).toMatchObject([
      {
        leftAlone: {
          code: 'COMPOSE_SERVICE',
          sentence: 'it was made by `docker compose run` in the project shop',
        },
      },
    ])
  })
})
