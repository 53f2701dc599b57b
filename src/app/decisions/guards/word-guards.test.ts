import { describe, expect, test } from 'vitest'
import {
  ago,
  decideInput,
  digest,
  ended,
  newer,
  now,
  observed,
  override,
  pause,
  quarantined,
  row,
  running,
  settings,
  workload,
} from '../../../../test/fakes/decide-input.ts'
import type { DecideInput } from '../decide-input.ts'
import { decide } from '../decide.ts'

const hourAgo = ago(3600)
const older = digest('c')
const notify = { ...settings, mode: 'notify' } as const
const lost = { reason: { code: 'STATE_LOST', sentence: 'the state was lost' }, since: ago(10) }
const byHand = (since: string) =>
  row({ baselineImage: digest('9'), state: 'held', reason: { code: 'CHANGED_BY_HAND', sentence: '' }, since })
const flapping = [
  ended('succeeded', running, 100, older),
  ended('succeeded', older, 200),
  ended('succeeded', running, 300, older),
]
const earlier = { sightings: [], rollouts: flapping, observation: observed(older, { reads: 1 }) }
const pinnedTo = (to: typeof older) => ({ override: override({ tag: '1', digest: to }) })

describe('a pause holds', () => {
  test.each<readonly [string, Partial<DecideInput>]>([
    ['everything', { pauses: [pause()] }],
    ['one workload', { pauses: [pause({ workload: workload.id })] }],
    ['what a person asked for before it', { pauses: [pause()], override: override({ since: hourAgo }) }],
    ['what was asked for at the very same time', { pauses: [pause()], override: override({ since: ago(120) }) }],
    ['after one of the two was outlived', { pauses: [pause({ until: ago(1) }), pause({ workload: workload.id })] }],
  ])('%s', (_, change) => {
    expect(decide(decideInput(change))).toMatchObject({
      state: 'held',
      reason: { code: 'ROLLOUTS_PAUSED' },
      isRolloutDue: false,
      candidate: newer,
    })
  })

  test.each<readonly [string, Partial<DecideInput>]>([
    ['another workload', { pauses: [pause({ workload: 'local/container/api' })] }],
    ['what a person asked for since', { pauses: [pause()], override: override() }],
    ['when its time is over', { pauses: [pause({ until: ago(0) })] }],
  ])('but not %s', (_, change) => {
    expect(decide(decideInput(change)).isRolloutDue).toBe(true)
  })

  test('says who, why and until when, and is decided again at that moment', () => {
    const until = new Date(now + 90 * 60_000).toISOString()

    const decided = decide(decideInput({ pauses: [pause({ until, reason: 'sale' })] }))

    expect(decided.reason.sentence).toBe('everything is paused by ada until 2026-11-20 13:30 UTC, because "sale"')
    expect(decided.againInMs).toBe(90 * 60_000)
  })

  test('until the later of two ends, and does not guess when one has no end', () => {
    const soon = pause({ until: new Date(now + 1000).toISOString() })
    const late = pause({ workload: workload.id, until: new Date(now + 5000).toISOString() })
    const endless = pause({ workload: workload.id })

    expect(decide(decideInput({ pauses: [soon, late] })).againInMs).toBe(5000)
    expect(decide(decideInput({ pauses: [soon, endless] })).againInMs).toBeNull()
  })
})

describe('what a person asked for goes through', () => {
  test.each<readonly [string, Partial<DecideInput>]>([
    ['mode notify', { settings: notify, override: override() }],
    ['a change by hand that was there before', { row: byHand(ago(300)), override: override() }],
    ['a digest that the workload had left, seen once', { ...earlier, ...pinnedTo(older) }],
    ['however often it went back and forth', { ...earlier, observation: observed(older), ...pinnedTo(older) }],
    ['after a failure that was before it', { rollouts: [ended('failed', newer, 61)], override: override() }],
    [
      'without a look at the registry, where it ran before',
      { observation: null, description: null, rollouts: flapping, ...pinnedTo(older) },
    ],
    ['while the platforms of what it ran are not known', { description: null, rollouts: flapping, ...pinnedTo(older) }],
  ])('%s', (_, change) => {
    expect(decide(decideInput(change))).toMatchObject({ isRolloutDue: true, reason: { code: 'PIN_DUE' } })
  })
})

describe('but a person is held, too, by', () => {
  test.each<readonly [string, Partial<DecideInput>, string]>([
    ['the hold on everything (I9)', { hold: lost }, 'STATE_LOST'],
    ['a change by hand since', { row: byHand(ago(30)) }, 'CHANGED_BY_HAND'],
    ['one that nobody looked at before', { row: row({ baselineImage: digest('9') }) }, 'CHANGED_BY_HAND'],
    ['a quarantine', { quarantines: [quarantined(newer)] }, 'QUARANTINED'],
    ['a failure since', { rollouts: [ended('failed', newer, 5)] }, 'RETRY_LATER'],
    ['an image that was never looked into', { description: null }, 'NOT_DESCRIBED'],
    [
      'a digest that never ran here and was not looked into',
      { description: null, ...pinnedTo(digest('d')) },
      'NOT_DESCRIBED',
    ],
  ])('%s', (_, change, code) => {
    const decided = decide(decideInput({ override: override(), ...change }))

    expect(decided).toMatchObject({ reason: { code }, isRolloutDue: false })
  })
})

describe('reversals', () => {
  const back = { ...earlier, observation: observed(older, { reads: 2 }) }

  test('that people brought about are counted against nobody', () => {
    expect(decide(decideInput(back, older)).reason.code).toBe('FLAPPING')
    expect(decide(decideInput({ ...back, lastWordAt: ago(50) }, older)).isRolloutDue).toBe(true)
  })

  test('since the last word still are', () => {
    expect(decide(decideInput({ ...back, lastWordAt: ago(4000) }, older)).reason.code).toBe('FLAPPING')
  })
})

test('a rollout that a person took back is no failure of its digest', () => {
  const reason = { code: 'WITHDRAWN', sentence: 'ada asked for 2 meanwhile' }
  const takenBack = { ...ended('superseded', newer, 5), reason }

  expect(decide(decideInput({ rollouts: [takenBack] })).isRolloutDue).toBe(true)
  expect(decide(decideInput({ rollouts: [takenBack, ended('failed', newer, 6)] })).reason.code).toBe('RETRY_LATER')
})
