import { describe, expect, test } from 'vitest'
import {
  ago,
  decideInput,
  described,
  digest,
  ended,
  newer,
  now,
  observed,
  quarantined,
  row,
  running,
  settings,
  workload,
} from '../../../../test/fakes/decide-input.ts'
import type { DecideInput } from '../decide-input.ts'
import { decide } from '../decide.ts'
import { loadPolicy } from '../../../wire-policies.ts'

const lostState = { reason: { code: 'STATE_LOST', sentence: 'the state was lost' }, since: ago(10) }
const notify = { ...settings, mode: 'notify' } as const
const reapply = { ...settings, onManualChange: 'reapply' } as const
const probed = { ...settings, gate: { ...settings.gate, probe: { kind: 'tcp', port: 80 } } } as const
const hook = {
  name: 'dump',
  place: 'inside',
  command: ['dump'],
  user: null,
  instances: 'first',
  timeoutMs: 1,
  onFailure: 'stop',
  whenDown: 'skip',
} as const
const hooked = { ...settings, hooks: { ...settings.hooks, beforeRollout: [hook] } }
const swarm = { ...workload, kind: 'swarm' } as const
const offNetwork = {
  ...ended('failed', newer, 5),
  reason: { code: 'TARGET_NETWORK_LOST', sentence: 'web was taken off the network front meanwhile' },
}
const putBack = {
  ...ended('superseded', newer, 5),
  reason: { code: 'PUT_BACK_BY_HAND', sentence: 'the service was put back by hand meanwhile' },
}
const movedByHand = row({ baselineImage: digest('9') })

describe('nothing is rolled out, for a reason,', () => {
  test.each<readonly [string, Partial<DecideInput>, string, string]>([
    ['while everything is held', { hold: lostState }, 'held', 'STATE_LOST'],
    ['when somebody else changed the image', { row: movedByHand }, 'held', 'CHANGED_BY_HAND'],
    ['when somebody put it back in the middle', { rollouts: [putBack] }, 'held', 'CHANGED_BY_HAND'],
    ['also after an earlier word', { rollouts: [putBack], lastWordAt: ago(10) }, 'held', 'CHANGED_BY_HAND'],
    [
      'when the image was built on the engine',
      { workload: { ...workload, repositoryDigests: [] } },
      'held',
      'IMAGE_NOT_PULLED',
    ],
    ['when it was met off a network', { rollouts: [offNetwork] }, 'held', 'NETWORK_LOST'],
    ['when it was so after a word', { rollouts: [offNetwork], lastWordAt: ago(10) }, 'held', 'NETWORK_LOST'],
    [
      'when the image was pulled from another repository only',
      { workload: { ...workload, repositoryDigests: [`docker.io/library/web@${running}`] } },
      'held',
      'IMAGE_NOT_PULLED',
    ],
    ['on a Swarm, when no probe reaches it', { workload: swarm, settings: probed }, 'held', 'PROBE_IMPOSSIBLE'],
    ['on a Swarm, when a hook is to run inside it', { workload: swarm, settings: hooked }, 'held', 'HOOK_IMPOSSIBLE'],
    ['when the engine tells no platform', { workload: { ...workload, platform: null } }, 'held', 'PLATFORM_UNKNOWN'],
    [
      'while a run of a job is under way',
      { workload: { ...workload, isJob: true, isJobRunning: true } },
      'held',
      'JOB_RUNNING',
    ],
    ['before what lies there is known', { description: null }, 'held', 'NOT_DESCRIBED'],
    [
      'when there is nothing for the platform',
      { description: described(newer, digest('2'), 'linux/arm64') },
      'held',
      'PLATFORM_MISSING',
    ],
    ['when the digest failed its gate', { quarantines: [quarantined(newer)] }, 'held', 'QUARANTINED'],
    ['in mode notify', { settings: notify }, 'outdated', 'NOTIFY_ONLY'],
    ['right after a failure of the surroundings', { rollouts: [ended('failed', newer, 5)] }, 'outdated', 'RETRY_LATER'],
  ])('%s', (_, change, state, code) => {
    const decided = decide(decideInput(change))

    expect(decided).toMatchObject({ state, reason: { code }, candidate: newer, isRolloutDue: false })
    expect(decided.reason.sentence).not.toBe('')
  })
})

describe('no guard holds', () => {
  test.each<readonly [string, Partial<DecideInput>]>([
    ['a workload that is seen for the first time', { row: null }],
    ['a Swarm service that names no digest', { workload: { ...swarm, repositoryDigests: [] } }],
    ['what somebody else changed, when that is to be reapplied over', { row: movedByHand, settings: reapply }],
    [
      'what somebody put back, when that is to be reapplied over',
      { rollouts: [putBack], settings: reapply, ignoresBackoff: true },
    ],
    ['what somebody put back, after a later word', { rollouts: [putBack], lastWordAt: ago(1), ignoresBackoff: true }],
    ['a digest when another one failed', { quarantines: [quarantined(digest('c'))] }],
    ['a digest that failed under another policy', { quarantines: [quarantined(newer, { policy: 'semver' })] }],
    ['a digest when only another one was in trouble', { rollouts: [ended('failed', digest('c'), 5)] }],
    ['what was met off a network, after a word', { rollouts: [offNetwork], lastWordAt: ago(1), ignoresBackoff: true }],
    ['a digest whose rollout was given up before it began', { rollouts: [ended('abandoned', newer, 5)] }],
  ])('%s', (_, change) => {
    expect(decide(decideInput(change)).isRolloutDue).toBe(true)
  })
})

test('what a person has to do first is told first', () => {
  const everything: Partial<DecideInput> = {
    hold: lostState,
    row: movedByHand,
    quarantines: [quarantined(newer)],
    settings: notify,
    rollouts: [ended('failed', newer, 5)],
  }

  expect(decide(decideInput(everything)).reason.code).toBe('STATE_LOST')
  expect(decide(decideInput({ ...everything, hold: null })).reason.code).toBe('CHANGED_BY_HAND')
  expect(decide(decideInput({ ...everything, hold: null, row: row() })).reason.code).toBe('QUARANTINED')
})

test('a quarantine tells when it began, also to who reads that much later, and what had failed', () => {
  const { reason } = decide(decideInput({ quarantines: [quarantined(newer)] }))

  expect(reason.sentence).toBe('this digest failed at 2026-11-20 11:58 UTC: its health check failed')
})

describe('what failed by its surroundings', () => {
  const failures = (count: number, lastSeconds: number) =>
    Array.from({ length: count }, (_, at) => ended('failed', newer, lastSeconds + at * 1000))

  test.each([
    [1, 30],
    [2, 60],
    [3, 120],
    [4, 240],
    [7, 1920],
    [8, 3600],
    [40, 3600],
  ])('is tried again %i failures later after %i s', (count, waitSeconds) => {
    const isDue = (seconds: number) => decide(decideInput({ rollouts: failures(count, seconds) })).isRolloutDue

    expect(isDue(waitSeconds - 1)).toBe(false)
    expect(isDue(waitSeconds)).toBe(true)
  })

  test('is tried at once when a person asks', () => {
    expect(decide(decideInput({ rollouts: failures(3, 1), ignoresBackoff: true })).isRolloutDue).toBe(true)
  })

  test('counts from the latest good rollout', () => {
    const rollouts = [ended('failed', newer, 40), ended('succeeded', running, 50), ...failures(9, 60)]

    expect(decide(decideInput({ rollouts })).isRolloutDue).toBe(true)
  })

  test('says what failed, and when it is tried again', () => {
    const { reason } = decide(decideInput({ rollouts: failures(2, 20) }))

    expect(reason.sentence).toBe('port 80 is taken; next try in 40 s')
  })
})

describe('a way back to a digest that the tag had left', () => {
  const older = digest('c')
  /** The tag named `older`, then what runs, and now `older` again. */
  const reversal = (change: Partial<DecideInput>): DecideInput =>
    decideInput(
      {
        sightings: [
          { digest: running, firstSeenAt: ago(600) },
          { digest: older, firstSeenAt: ago(9000) },
        ],
        observation: observed(older, { reads: 2 }),
        ...change,
      },
      older,
    )
  const wayBack = (seconds: number) => ended('succeeded', older, seconds)
  const wayForth = (seconds: number) => ended('succeeded', running, seconds, older)

  test('needs two looks that agree', () => {
    expect(decide(reversal({ observation: observed(older) }))).toMatchObject({
      state: 'held',
      reason: { code: 'REVERSAL_UNCONFIRMED' },
    })
    expect(decide(reversal({})).isRolloutDue).toBe(true)
  })

  test('needs them under pin as well', async () => {
    const policy = await loadPolicy(`pin:${reversal({}).tag}`)

    expect(decide(reversal({ policy, observation: observed(older) })).reason.code).toBe('REVERSAL_UNCONFIRMED')
    expect(decide(reversal({ policy })).isRolloutDue).toBe(true)
  })

  test('a digest that was never seen before needs one look', () => {
    expect(decide(decideInput({ observation: observed(newer, { reads: 1 }) })).isRolloutDue).toBe(true)
    // A plan saves no sightings.
    const sightings = [{ digest: running, firstSeenAt: ago(600) }]
    expect(decide(decideInput({ sightings, observation: observed(newer, { reads: 1 }) })).isRolloutDue).toBe(true)
  })

  test('is held when the tag went back more than twice within the hour', () => {
    const rollouts = [wayForth(100), wayBack(200), wayForth(300)]

    expect(decide(reversal({ rollouts }))).toMatchObject({ state: 'held', reason: { code: 'FLAPPING' } })
  })

  test.each([
    ['that is the second within the hour', [wayForth(200)]],
    ['when the others are more than an hour old', [wayForth(3700), wayBack(3800), wayForth(3900)]],
    ['when what was repeated had only failed', [200, 300, 400].map((each) => ended('failed', newer, each))],
  ])('is rolled out %s', (_, rollouts) => {
    expect(decide(reversal({ rollouts })).isRolloutDue).toBe(true)
  })

  test('the digest first seen last is one too, once the workload has left it', () => {
    const flapping = [wayBack(100), wayForth(200), wayBack(300)]
    const sightings = [
      { digest: running, firstSeenAt: ago(600) },
      { digest: older, firstSeenAt: ago(9000) },
    ]
    const input = decideInput({
      workload: { ...workload, repositoryDigests: [`registry.example.com/team/web@${older}`] },
      sightings,
      rollouts: flapping,
    })
    const forth = (reads: number) => decide({ ...input, observation: observed(running, { reads }) })

    expect(forth(1)).toMatchObject({ state: 'held', reason: { code: 'REVERSAL_UNCONFIRMED' } })
    expect(forth(2)).toMatchObject({ state: 'held', reason: { code: 'FLAPPING' } })
  })

  test('is free again once the hour is over', () => {
    const input = reversal({ rollouts: [wayForth(100), wayBack(200), wayForth(300)] })

    expect(decide({ ...input, now: now + 3_600_000 }).isRolloutDue).toBe(true)
  })
})

describe('what came to nothing is tried again', () => {
  test.each(['failed', 'superseded'] as const)('after a while when it %s, and says when', (outcome) => {
    const decided = decide(decideInput({ rollouts: [ended(outcome, newer, 10)] }))

    expect(decided).toMatchObject({ reason: { code: 'RETRY_LATER' }, isRolloutDue: false, againInMs: 20_000 })
  })

  test('at once when the clock was set back since', () => {
    expect(decide(decideInput({ rollouts: [ended('failed', newer, -3600)] })).isRolloutDue).toBe(true)
  })
})
