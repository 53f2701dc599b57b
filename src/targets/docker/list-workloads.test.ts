import { expect, test } from 'vitest'
import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { DockerDeps } from './docker-deps.ts'
import { createInspections } from './inspections.ts'
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
  const self = { mountinfo: '', hostname: 'server' }
  // Listing asks nothing else.
  return { target: 'local', engine, inspections: createInspections(engine), self } as unknown as DockerDeps
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
