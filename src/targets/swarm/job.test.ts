import { expect, test } from 'vitest'
import { swarmService } from '../../../test/fakes/swarm-manager.ts'
import type { Service } from '../../clients/docker/services.ts'
import type { Task } from '../../clients/docker/tasks.ts'
import { AppError } from '../../errors.ts'
import { isJobDone } from './job.ts'

type Run = readonly [place: string, state: string, iteration?: number]

const { signal } = new AbortController()
const taskOf = ([place, state, iteration = 3]: Run): Task => ({
  id: `${place}-${state}`,
  place,
  image: 'job:1',
  node: place,
  desired: 'complete',
  state,
  message: '',
  exitCode: 0,
  iteration,
  createdAt: '',
  changedAt: '',
})

const isDone = (change: Partial<Service>, listTasks: () => Promise<readonly Task[]>) =>
  isJobDone({ engine: { listTasks } }, swarmService({ mode: 'replicated-job', iteration: 3, ...change }), signal)

test.each<readonly [string, Partial<Service>, boolean]>([
  ['all of its runs', { replicas: 2, completed: 2 }, true],
  ['some of its runs', { replicas: 2, completed: 1 }, false],
  ['none of its runs', { replicas: 2, completed: 0 }, false],
  ['none that it has', { replicas: 0, completed: 0 }, false],
  ['nobody knows how many', { replicas: 2, completed: null }, false],
  ['no job', { mode: 'replicated', iteration: null, completed: 2 }, false],
])('what has come to its end: %s', async (_, change, expected) => {
  const nobody = () => Promise.reject(new Error('a count is all that it takes'))

  expect(await isDone(change, nobody)).toBe(expected)
})

test.each<readonly [string, readonly Run[], boolean]>([
  ['on each node', [['a', 'complete'], ['b', 'complete']], true],
  ['on each node, at last', [['a', 'complete'], ['b', 'failed'], ['b', 'complete']], true],
  ['on one, while another waits for its next try', [['a', 'complete'], ['b', 'failed'], ['b', 'pending']], false],
  ['on one, while another gave up', [['a', 'complete'], ['b', 'failed']], false],
  ['on one, and on another at the start before', [['a', 'complete'], ['b', 'running'], ['b', 'complete', 2]], false],
])('a job on each node has come to its end %s', async (_, runs, expected) => {
  const global = { mode: 'global-job', replicas: null, completed: 1 } as const

  expect(await isDone(global, async () => runs.map(taskOf))).toBe(expected)
}) // prettier-ignore

test('only one that was removed meanwhile may have no tasks to look at', async () => {
  const global = { mode: 'global-job', replicas: null, completed: 1 } as const
  const failing = (code: 'TARGET_NOT_FOUND' | 'TARGET_UNAVAILABLE') =>
    isDone(global, () => Promise.reject(new AppError(code, 'no')))

  await expect(failing('TARGET_NOT_FOUND')).resolves.toBe(false)
  await expect(failing('TARGET_UNAVAILABLE')).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' })
})
