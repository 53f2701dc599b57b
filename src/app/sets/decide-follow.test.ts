import { describe, expect, test } from 'vitest'
import {
  ago,
  decideInput,
  digest,
  ended,
  pause,
  row,
  running,
  settings,
  workload,
} from '../../../test/fakes/decide-input.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { decide } from '../decisions/decide.ts'
import type { DecideInput } from '../decisions/decide-input.ts'

const follows = {
  how: 'restart',
  provider: 'vpn',
  sentence: 'vpn, whose network it uses, was started again',
  isLeftStopped: false,
} as const
const behind = { ...workload, follows }

const decided = (change: Partial<DecideInput> = {}) => decide(decideInput({ workload: behind, ...change }))

const followed = (outcome: Rollout['outcome'], seconds: number): Rollout => ({
  ...ended(outcome, running, seconds),
  follows,
})

describe('a workload that lives in a container which was started again', () => {
  test('follows it before anything else, by the image that it runs', () => {
    expect(decided()).toMatchObject({
      state: 'outdated',
      reason: { code: 'PROVIDER_RESTARTED', sentence: follows.sentence },
      candidate: running,
      isRolloutDue: true,
    })
  })

  test('leaves it to somebody else for a while, but not in a pass of its own', () => {
    const { now } = decideInput()
    const fresh = { ...behind, followsAt: now + 4000 }

    expect(decided({ workload: fresh })).toMatchObject({
      isRolloutDue: false,
      reason: { code: 'PROVIDER_SETTLING' },
      againInMs: 4000,
    })
    expect(decided({ workload: { ...behind, followsAt: now } }).isRolloutDue).toBe(true)
    expect(decided({ workload: fresh, ignoresBackoff: true }).isRolloutDue).toBe(true)
  })

  test('follows it though its registry does not answer, and its image was never pulled', () => {
    const built = { ...behind, repositoryDigests: [] }

    expect(decided({ workload: built, observation: null })).toMatchObject({
      candidate: digest('1'),
      isRolloutDue: true,
    })
  })

  test.each<[string, Partial<DecideInput>, string]>([
    ['under a pause', { pauses: [pause()] }, 'ROLLOUTS_PAUSED'],
    ['under a hold', { hold: { reason: { code: 'STATE_LOST', sentence: 'lost' }, since: ago(9) } }, 'STATE_LOST'],
    ['where it is only told of', { settings: { ...settings, mode: 'notify' } }, 'NOTIFY_ONLY'],
    ['where somebody else gave it another image', { row: row({ baselineImage: 'other' }) }, 'CHANGED_BY_HAND'],
  ])('does not %s', (_, change, code) => {
    expect(decided(change)).toMatchObject({ isRolloutDue: false, reason: { code } })
  })

  test('is told what it would do where it is only told of', () => {
    const { reason } = decided({ settings: { ...settings, mode: 'notify' } })

    expect(reason.sentence).toBe('vpn, whose network it uses, was started again; mode notify never acts')
  })

  test('waits for nothing more where the last try found the other down again', () => {
    const reason = { code: 'PROVIDER_STOPPED', sentence: 'vpn went down again' }

    expect(decided({ rollouts: [{ ...followed('failed', 1), reason }] })).toMatchObject({ isRolloutDue: true })
  })

  test('waits longer after each failure in a row', () => {
    expect(decided({ rollouts: [followed('failed', 10)] })).toMatchObject({ reason: { code: 'RETRY_LATER' } })
    expect(decided({ rollouts: [followed('failed', 40)] })).toMatchObject({ isRolloutDue: true })
    expect(decided({ rollouts: [followed('failed', 40), followed('failed', 90)] })).toMatchObject({
      reason: { code: 'RETRY_LATER' },
    })
    expect(decided({ rollouts: [followed('failed', 10)], ignoresBackoff: true }).isRolloutDue).toBe(true)
  })

  test('does not follow one that is restarted all the time, until somebody says so', () => {
    const rollouts = [1, 2, 3, 4, 5].map((minutes) => followed('succeeded', minutes * 60))

    const held = decided({ rollouts })

    expect(held).toMatchObject({ state: 'held', reason: { code: 'PROVIDER_FLAPPING' } })
    expect(held.againInMs).toBeGreaterThan(50 * 60_000)
    expect(decided({ rollouts, lastWordAt: ago(90) }).isRolloutDue).toBe(true)
  })

  test('follows one that is another container each time, as after each rollout of it', () => {
    const recreate = { ...follows, how: 'recreate' } as const
    const rollouts = [1, 2, 3, 4, 5].map((minutes) => followed('succeeded', minutes * 60))
    const anew = rollouts.map((each) => ({ ...each, follows: recreate }))

    expect(decided({ workload: { ...workload, follows: recreate }, rollouts: anew }).isRolloutDue).toBe(true)
    expect(decided({ workload: { ...workload, follows: recreate }, rollouts }).isRolloutDue).toBe(true)
    expect(decided({ rollouts: anew }).isRolloutDue).toBe(true)
  })
})

test('what followed a container says nothing about digests', () => {
  const rollouts = [followed('failed', 10), followed('succeeded', 60), followed('succeeded', 120)]

  expect(decide(decideInput({ rollouts }))).toMatchObject({ isRolloutDue: true, reason: { code: 'DIGEST_MOVED' } })
})
