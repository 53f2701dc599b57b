import { describe, expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import type { EngineRequest } from './exchange.ts'
import { serviceCalls } from './services.ts'

const signal = new AbortController().signal
const spec = { Name: 'api', TaskTemplate: { ContainerSpec: { Image: 'api:2' } } }
const service = { id: 'id', name: 'api', version: 7, spec }

/** Calls to a manager that gives one answer, and what it was asked. */
function managerThat(answer: () => unknown) {
  const asked: EngineRequest[] = []
  const json = async (request: EngineRequest) => {
    asked.push(request)
    return answer()
  }
  return { asked, calls: serviceCalls({ json }) }
}

const refusing = (message: string, code: 'TARGET_FAILED' | 'TARGET_REJECTED' = 'TARGET_FAILED') =>
  managerThat(() => {
    throw new AppError(code, message)
  })

describe('telling a service', () => {
  test('names the version that was read, and signs its nodes in', async () => {
    const { asked, calls } = managerThat(() => ({ Warnings: null }))
    const credentials = { username: 'u', password: 'p', isIdentityToken: false, registry: 'r.example' }

    await calls.updateService(service, spec, credentials, signal)

    const { headers, ...request } = asked[0] ?? {}
    expect(request).toEqual({
      method: 'POST',
      path: '/services/id/update',
      query: { version: '7', registryAuthFrom: 'spec' },
      body: spec,
      isOwnVersion: true,
    })
    const header = Buffer.from(headers?.['x-registry-auth'] ?? '', 'base64url').toString()
    expect(JSON.parse(header)).toEqual({ username: 'u', password: 'p', serveraddress: 'r.example' })
  })

  test('has it put back what was before, with the credentials that it had', async () => {
    const { asked, calls } = managerThat(() => null)

    await calls.rollBackService(service, signal)

    expect(asked[0]?.query).toEqual({ version: '7', registryAuthFrom: 'previous-spec', rollback: 'previous' })
    expect(asked[0]?.headers).toEqual({})
  })

  test('is a conflict where somebody wrote since it was read, and else what it is', async () => {
    const late = refusing('rpc error: code = Unknown desc = update out of sequence').calls
    const conflict = { code: 'TARGET_CONFLICT', message: 'the service api was changed meanwhile' }

    await expect(late.updateService(service, spec, null, signal)).rejects.toMatchObject(conflict)
    await expect(late.rollBackService(service, signal)).rejects.toMatchObject(conflict)
    const other = refusing('invalid spec', 'TARGET_REJECTED').calls
    await expect(other.updateService(service, spec, null, signal)).rejects.toMatchObject({ code: 'TARGET_REJECTED' })
  })
})

describe('listing services', () => {
  test.each([
    ['This node is not a swarm manager. Worker nodes can\'t be used to view or modify cluster state.', 'worker'],
    ['This node is not a swarm manager. Use "docker swarm init" to connect this node to swarm.', 'no-swarm'],
  ])('an engine that says: %s', async (words, expected) => {
    expect(await refusing(words).calls.listServices(signal)).toBe(expected)
  })

  test.each([
    ['all of its tasks', { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 3 } }, { DesiredTasks: 1, CompletedTasks: 2 }, 2],
    ['one on each node', { GlobalJob: {} }, { DesiredTasks: 2, CompletedTasks: 1 }, 1],
    ['nothing that it was asked', { GlobalJob: {} }, undefined, null],
    ['no job', { Replicated: { Replicas: 3 } }, { DesiredTasks: 3, CompletedTasks: 0 }, null],
  ])('reads how far a job has come: %s', async (_, Mode, ServiceStatus, completed) => {
    const { calls } = managerThat(() => [{ ID: 'id', Version: { Index: 7 }, Spec: { ...spec, Mode }, ServiceStatus }])

    expect(await calls.listServices(signal)).toMatchObject([{ completed }])
  })

  test('reads what ran before, how many run, and what may fail', async () => {
    const described = {
      ID: 'id',
      Version: { Index: 7 },
      UpdatedAt: '2026-01-01T00:00:00Z',
      Spec: { ...spec, UpdateConfig: { MaxFailureRatio: 0.25, Monitor: 5e9 } },
      PreviousSpec: { TaskTemplate: { ContainerSpec: { Image: 'api:1' } } },
      ServiceStatus: { RunningTasks: 2 },
    }
    const { asked, calls } = managerThat(() => [described, { ...described, PreviousSpec: null, ServiceStatus: undefined }])

    const found = await calls.listServices(signal)

    expect(asked[0]?.query).toEqual({ status: 'true' })
    expect(found).toMatchObject([
      { previousImage: 'api:1', running: 2, updatedAt: described.UpdatedAt, updating: { maxFailureRatio: 0.25, monitorMs: 5000 } },
      { previousImage: null, running: null },
    ])
  })
}) // prettier-ignore
