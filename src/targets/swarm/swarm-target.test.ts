import { describe, expect, test } from 'vitest'
import { serviceRollout } from '../../../test/fakes/service-facts.ts'
import { digest } from '../../../test/fakes/decide-input.ts'
import { swarmService } from '../../../test/fakes/swarm-manager.ts'
import type { Service } from '../../clients/docker/services.ts'
import type { SwarmNode, Task } from '../../clients/docker/tasks.ts'
import { isSameImage, tagged, withImage, withoutDigest } from './spec.ts'
import { candidateImage, factsOf } from './observe.ts'
import { readWorkload } from './workload.ts'

const task = (place: string, change: Partial<Task> = {}): Task => ({
  id: `task-${place}`,
  place,
  image: `api:1@${digest('a')}`,
  node: 'node-1',
  desired: 'running',
  state: 'running',
  message: 'started',
  exitCode: 0,
  iteration: null,
  createdAt: '2026-01-01T00:00:00Z',
  changedAt: '2026-01-01T00:00:01Z',
  ...change,
})

const node: SwarmNode = {
  id: 'node-1',
  os: 'linux',
  architecture: 'x86_64',
  isAvailable: true,
  changedAt: '2025-12-31T00:00:00Z',
}

describe('a service as a workload', () => {
  const read = (change: Partial<Service>) =>
    readWorkload({ target: 'local', service: swarmService(change), platform: node, isJobDone: false })

  test('is what it is told to run, by the labels of the service', () => {
    expect(read({})).toMatchObject({
      id: 'local/swarm/api',
      image: 'api:1',
      labels: { 'longshore.watch': 'true' },
      repositoryDigests: [`docker.io/library/api@${digest('a')}`],
      platform: { os: 'linux', architecture: 'amd64', variant: null },
      scale: 2,
      isRunning: true,
      leftAlone: null,
    })
  })

  test.each([
    ['paused', 'its Swarm paused an update (why); look at: docker service ps api'],
    ['rollback_paused', 'its Swarm paused a rollback (why); look at: docker service ps api'],
  ] as const)('tells why its Swarm %s', (state, sentence) => {
    const { leftAlone } = read({ update: { state, message: 'why', startedAt: '' } })

    expect(leftAlone).toEqual({ code: 'SERVICE_UPDATING', sentence, isHeld: true })
  })

  test('knows whether a run of a job is under way', () => {
    const job = { mode: 'replicated-job', iteration: 3 } as const

    expect(read({ ...job, running: 1 })).toMatchObject({ isJob: true, isJobRunning: true })
    expect(read({ ...job, running: 0 })).toMatchObject({ isJobRunning: false })
  })

  test('knows the stack that it was deployed with', () => {
    expect(read({ labels: { 'com.docker.stack.namespace': 'shop' } }).stack).toBe('shop')
    expect(read({ labels: { 'com.docker.stack.namespace': '' } })).not.toHaveProperty('stack')
    expect(read({})).not.toHaveProperty('stack')
  })

  test.each<[string, Partial<Service>, string | null]>([
    ['of no digest yet', { image: 'api:1' }, null],
    ['without a tag', { image: 'api' }, null],
    ['of a digest alone', { image: `api@${digest('a')}` }, 'NOT_A_TAG'],
    ['of a plug-in', { image: '' }, 'NOT_READABLE'],
    ['that is a job', { mode: 'replicated-job' }, 'JOB'],
    ['that is a job on each node', { mode: 'global-job', replicas: null }, 'JOB'],
    ['on each node', { mode: 'global', replicas: null }, null],
    ['scaled to zero', { replicas: 0 }, 'STOPPED'],
    ['under an update', { update: { state: 'updating', message: '', startedAt: '' } }, 'SERVICE_UPDATING'],
    ['with a paused update', { update: { state: 'paused', message: 'why', startedAt: '' } }, 'SERVICE_UPDATING'],
    ['that was updated', { update: { state: 'completed', message: '', startedAt: '' } }, null],
    ['that was put back', { update: { state: 'rollback_completed', message: '', startedAt: '' } }, null],
  ])('%s', (_, change, code) => {
    expect(read(change).leftAlone?.code ?? null).toBe(code)
  })
})

describe('what is seen of a rollout', () => {
  const seen = (change: Partial<Service>, tasks: readonly Task[], nodes: readonly SwarmNode[] = [node]) =>
    factsOf(serviceRollout(), swarmService(change), tasks, nodes)
  const candidate = `api:1@${digest('b')}`

  test.each([
    ['before', `docker.io/library/api:1@${digest('a')}`],
    ['after', candidate],
    ['other', `api:1@${digest('c')}`],
    ['other', 'api:2'],
  ] as const)('%s: it is told to run %s', (told, image) => {
    expect(seen({ image }, []).told).toBe(told)
  })

  test('tasks of another version, and those that are to go, do not count as running', () => {
    const tasks = [
      task('1', { image: candidate, changedAt: '2026-01-01T00:00:05Z' }),
      task('2'),
      task('2', { image: candidate, desired: 'shutdown' }),
      task('2', { image: candidate, state: 'preparing' }),
    ]

    expect(seen({ image: candidate }, tasks)).toMatchObject({
      running: 1,
      wanted: 2,
      latestStart: '2026-01-01T00:00:05Z',
      failures: 0,
      trouble: 'task 2 is preparing (started)',
    })
  })

  test('only ends of the candidate since it was told count, and what never ran is not its fault', () => {
    const update = { state: 'updating', message: 'x', startedAt: '2026-01-01T00:00:10Z' } as const
    const late = { image: candidate, desired: 'shutdown', createdAt: '2026-01-01T00:00:11Z' } as const
    const rejected = task('1', { ...late, state: 'rejected', message: 'No such image' })
    const before = task('1', { image: candidate, desired: 'shutdown', state: 'failed', exitCode: 1 })
    const old = task('2', { desired: 'shutdown', state: 'failed', createdAt: '2026-01-01T00:00:11Z' })

    const facts = seen({ image: candidate, update }, [before, old, rejected])
    expect(facts).toMatchObject({ failures: 1, hasRun: false, trouble: 'task 1 is rejected (No such image)' })
    const failed = task('2', { ...late, state: 'failed', message: 'task: non-zero exit (1)', exitCode: 1 })
    expect(seen({ image: candidate, update }, [rejected, failed])).toMatchObject({ failures: 2, hasRun: true })
  })

  test('ends from before it was told do not count, also while its Swarm has yet to begin', () => {
    const stale = task('1', {
      image: candidate,
      desired: 'shutdown',
      state: 'failed',
      createdAt: '2026-01-01T00:00:09Z',
    })
    const fresh = { ...stale, createdAt: '2026-01-01T00:00:11Z' }
    const told = { image: candidate, update: null, updatedAt: '2026-01-01T00:00:10Z' }

    expect(seen(told, [stale])).toMatchObject({ failures: 0, toldAt: told.updatedAt })
    expect(seen(told, [stale, fresh])).toMatchObject({ failures: 1 })
    expect(seen({ ...told, restartsCompleted: false }, [{ ...stale, state: 'complete' }])).toMatchObject({ running: 0 })
  })

  test('once it says the old version again, those count that ended since it had been told', () => {
    const heard = { ranBefore: 2, isJob: false, toldAt: '2026-01-01T00:00:05Z', running: 2, wanted: 2 }
    const update = {
      state: 'rollback_started',
      message: 'manually requested rollback',
      startedAt: '2026-01-01T00:00:10Z',
    } as const
    const ended = task('1', {
      image: candidate,
      desired: 'shutdown',
      state: 'failed',
      createdAt: '2026-01-01T00:00:06Z',
    })
    const look = (memory: typeof heard | undefined, previousImage: string | null) =>
      factsOf(
        serviceRollout({ ...(memory && { service: memory }) }),
        swarmService({ update, previousImage }),
        [ended],
        [node],
      )

    expect(look(heard, candidate)).toMatchObject({
      told: 'before',
      failures: 1,
      hasRun: true,
      hasReturnedItself: false,
    })
    expect(look(undefined, null)).toMatchObject({ told: 'before', failures: 0, hasReturnedItself: true })
  })

  test.each([
    ['starting container failed: Bind for 0.0.0.0:80 failed: port is already allocated', 'failed', false],
    ['starting container failed: network shop not found', 'failed', false],
    ['starting container failed: OCI runtime create failed: exec: "run": executable file not found', 'failed', true],
    ['task: non-zero exit (1)', 'failed', true],
    ['No such image: api:1', 'rejected', false],
    ['no command specified', 'rejected', true],
  ] as const)('%s (%s): its own end: %s', (message, state, hasRun) => {
    const ended = task('1', { image: candidate, desired: 'shutdown', state, message })

    expect(seen({ image: candidate }, [ended])).toMatchObject({ failures: 1, hasRun })
  })

  test('as many ends are forgiven as its owner lets pass, and two at least', () => {
    const forgiven = (replicas: number, maxFailureRatio: number) =>
      seen({ replicas, updating: { ...swarmService().updating, maxFailureRatio } }, []).failuresForgiven

    expect([forgiven(100, 0.2), forgiven(3, 0.2), forgiven(3, 1)]).toEqual([20, 2, 3])
  })

  test('what a node brings there is starting, and what waits for a node is not', () => {
    const states = ['pending', 'preparing', 'starting', 'running'].map((state) =>
      task('1', { image: candidate, state }),
    )

    expect(states.map((each) => seen({ image: candidate }, [each]).isStarting)).toEqual([false, true, true, false])
  })

  test('one without a tag is told one, and followed by it', () => {
    const rollout = serviceRollout({ image: 'api', fromReference: 'api', fromDigest: null })
    const told = (image: string) => factsOf(rollout, swarmService({ image }), [], []).told

    expect(candidateImage(rollout)).toBe(`api:latest@${digest('b')}`)
    expect([told('api'), told(`api:latest@${digest('b')}`), told('api:2')]).toEqual(['before', 'after', 'other'])
    expect(tagged('localhost:5000/api')).toBe('localhost:5000/api:latest')
  })

  test('what ended because its node came back is nobody’s failure, and what ended there afterwards is', () => {
    const update = { state: 'updating', message: '', startedAt: '2026-01-01T00:00:10Z' } as const
    const back = { ...node, changedAt: '2026-01-01T00:00:20Z' }
    const failed = { image: candidate, desired: 'shutdown', state: 'failed', message: '' } as const
    const lost = task('1', { ...failed, createdAt: '2026-01-01T00:00:11Z' })
    const own = task('2', { ...failed, createdAt: '2026-01-01T00:00:21Z' })

    expect(seen({ image: candidate, update }, [lost], [back])).toMatchObject({ failures: 0, hasRun: false, isDisturbed: true, lastEnded: null })
    expect(seen({ image: candidate, update }, [lost, own], [back])).toMatchObject({ failures: 1, hasRun: true, lastEnded: own.id })
    expect(seen({ image: candidate, update }, [lost])).toMatchObject({ failures: 1, isDisturbed: false })
  }) // prettier-ignore

  test('of a job only the runs of its present start count', () => {
    const job = { mode: 'replicated-job', image: candidate, iteration: 9, restartsCompleted: false } as const
    const run = { image: candidate, desired: 'complete', iteration: 9 } as const
    const runs = [
      task('1', { ...run, state: 'complete' }),
      task('2', { ...run, state: 'running' }),
      task('1', { ...run, state: 'complete', iteration: 4 }),
      task('1', { ...run, state: 'failed', iteration: 4 }),
    ]

    expect(seen(job, runs)).toMatchObject({ job: { done: 1, active: 1 }, wanted: 2, failures: 0 })
  })

  test('a task that ends well has done its part where it is not started again, and ended otherwise', () => {
    const ended = task('1', { image: candidate, desired: 'shutdown', state: 'complete' })

    expect(seen({ image: candidate, restartsCompleted: false }, [ended])).toMatchObject({ running: 1, failures: 0 })
    expect(seen({ image: candidate }, [ended])).toMatchObject({ running: 0, failures: 1, hasRun: true })
  })

  test('a service on each node wants as many as its Swarm does', () => {
    const global = { mode: 'global', replicas: null, image: candidate } as const
    const exchanged = [task('c', { desired: 'shutdown' }), task('c', { image: candidate, desired: 'ready' })]

    expect(seen(global, [task('a'), task('b', { image: candidate }), ...exchanged])).toMatchObject({
      running: 1,
      wanted: 3,
    })
  })

  test('a service that is gone shows that', () => {
    expect(factsOf(serviceRollout(), null, [], []).told).toBeNull()
  })
})

describe('its specification', () => {
  test('gets another image, and keeps everything else', () => {
    const spec = {
      Name: 'api',
      TaskTemplate: { ContainerSpec: { Image: 'api:1', Env: ['A=1'], Secrets: [{ SecretID: 's' }] }, ForceUpdate: 3 },
      Unknown: { Later: true },
    }

    expect(withImage({ spec }, 'api:2')).toEqual({
      ...spec,
      TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: { ...spec.TaskTemplate.ContainerSpec, Image: 'api:2' } },
    })
    expect(spec.TaskTemplate.ContainerSpec.Image).toBe('api:1')
  })

  test('names an image with the digest that its Swarm found, or without', () => {
    expect(withoutDigest(`localhost:5000/api:1@${digest('a')}`)).toBe('localhost:5000/api:1')
    expect(isSameImage('api:1', 'docker.io/library/api:1')).toBe(true)
    expect(isSameImage('api:1', `api:1@${digest('a')}`)).toBe(false)
  })
})
