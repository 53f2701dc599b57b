import { describe, expect, test } from 'vitest'
import { digest, settings, workload } from '../../../test/fakes/decide-input.ts'
import { startFollowed } from '../../../test/fakes/followed.ts'
import { AppError } from '../../errors.ts'
import { parseReference } from '../../image/reference.ts'
import { digestPolicy } from '../../policies/digest.ts'
import { readSpec } from '../../policies/spec/read-spec.ts'
import type { Definition } from '../../rollout/rollout.ts'
import type { Target } from '../../targets/target.ts'
import { decision, type Decision } from './decision.ts'
import { prepared } from './prepared.ts'
import type { WatchableWorkload } from '../workloads/watched-workloads.ts'

const { signal } = new AbortController()
const to = digest('b')
const due: Decision = { ...decision('outdated', 'MOVED', 'the tag moved', to), isRolloutDue: true }
const definition: Definition = { files: [], edit: null, followers: [], isDivisible: true, hash: null }

function watched(prepare?: NonNullable<Target['prepare']>, change: Partial<WatchableWorkload> = {}): WatchableWorkload {
  const [target] = startFollowed([]).app.targets
  if (target === undefined) throw new Error('there is one target')
  return {
    kind: 'watchable',
    target: { ...target, ...(prepare && { prepare }) },
    workload,
    settings,
    after: [],
    reference: parseReference(workload.image),
    tag: '1',
    isListed: false,
    policy: digestPolicy(readSpec('digest')),
    override: null,
    ...change,
  }
}

describe('a rollout that is due', () => {
  test('knows what it would edit', async () => {
    const ready = watched(async () => ({ kind: 'ready', definition }))

    expect(await prepared(ready, due, signal)).toEqual({ ...due, definition })
  })

  test('is asked for by the image under which it would run', async () => {
    const asked: string[] = []
    const asks = async (_: unknown, image: string) => {
      asked.push(image)
      return { kind: 'ready', definition } as const
    }

    await prepared(watched(asks), due, signal)
    await prepared(watched(asks, { tag: '2' }), due, signal)
    await prepared(watched(asks, { tag: '2', settings: { ...settings, writeDigest: true } }), due, signal)

    const name = 'registry.example.com/team/web'
    expect(asked).toEqual([`${name}:1`, `${name}:2`, `${name}:2@${to}`])
  })

  test('is held, and not due, where its target says so', async () => {
    const reason = { code: 'COMPOSE_DRIFT', sentence: 'the file was edited' }

    expect(
      await prepared(
        watched(async () => ({ kind: 'held', reason })),
        due,
        signal,
      ),
    ).toMatchObject({
      state: 'held',
      reason,
      candidate: to,
      isRolloutDue: false,
    })
  })

  test('is held where its files stand in the way', async () => {
    const fails = () => Promise.reject(new AppError('COMPOSE_FILE_UNREADABLE', 'it is not here'))

    expect(await prepared(watched(fails), due, signal)).toMatchObject({
      state: 'held',
      reason: { code: 'COMPOSE_FILE_UNREADABLE', sentence: 'it is not here' },
      isRolloutDue: false,
    })
  })

  test('is neither due nor held where the target cannot look: that is unknown, and asked again', async () => {
    const fails = () => Promise.reject(new AppError('TARGET_UNAVAILABLE', 'no engine'))

    expect(await prepared(watched(fails), due, signal)).toMatchObject({
      state: 'unknown',
      reason: { code: 'TARGET_UNAVAILABLE', sentence: 'no engine' },
      candidate: to,
      isRolloutDue: false,
      againInMs: 10_000,
    })
  })

  test('is not held because we were told to stop', async () => {
    const stopped = AbortSignal.abort(new AppError('ABORTED', 'stopped'))
    const fails = () => Promise.reject(new AppError('ABORTED', 'stopped'))

    await expect(prepared(watched(fails), due, stopped)).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('the costly look is spared', () => {
  const never = () => Promise.reject(new Error('it was taken'))

  test.each<[string, Decision]>([
    ['nothing is due', { ...due, isRolloutDue: false }],
    ['nothing is known', { ...due, candidate: null }],
  ])('where %s', async (_, decided) => {
    expect(await prepared(watched(never), decided, signal)).toBe(decided)
  })

  test('where the target has none', async () => {
    expect(await prepared(watched(), due, signal)).toBe(due)
  })
})
