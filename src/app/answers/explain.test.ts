import { expect, test } from 'vitest'
import {
  ago,
  decideInput,
  ended,
  newer,
  now,
  override,
  pause,
  quarantined,
  running,
} from '../../../test/fakes/decide-input.ts'
import { digest, row, settings } from '../../../test/fakes/decide-input.ts'
import type { DecideInput } from '../decisions/decide-input.ts'
import { decide } from '../decisions/decide.ts'
import { explain, type Standing } from './explain.ts'

const image = 'registry.example.com/team/web:1'

/** As `why` puts it together from what was decided. */
function told(change: Partial<DecideInput> = {}, also: Partial<Standing> = {}, found = newer): readonly string[] {
  const input = decideInput(change, found)
  const { state, reason, candidate } = decide(input)
  return explain({
    workload: input.workload.id,
    runs: { image, digest: running },
    rolledOutAt: ago(86_400),
    state,
    reason,
    wants: candidate,
    since: ago(1200),
    policy: 'digest',
    tag: input.tag,
    override: input.override,
    pauses: input.pauses,
    hold: input.hold,
    open: null,
    hooks: [],
    seen: null,
    isRunning: true,
    now,
    ...also,
  })
}

const runs = `It runs ${image} (aaaaaaaaaaaa), rolled out by Longshore at 2026-11-19 12:00 UTC.`
const follows = 'Wanted is what the tag 1 names (bbbbbbbbbbbb): its policy, digest, follows that tag.'
const since = 'It has been like this since 2026-11-20 11:40 UTC, for 20 min.'

test('up to date', () => {
  expect(told({}, { rolledOutAt: null }, running)).toEqual([
    `It runs ${image} (aaaaaaaaaaaa), which was not rolled out by Longshore.`,
    'Wanted is what the tag 1 names (aaaaaaaaaaaa): its policy, digest, follows that tag.',
    'That is what runs.',
    since,
  ])
})

test('a push that is about to be rolled out', () => {
  expect(told()).toEqual([runs, follows, 'That is not what runs: a rollout is due.', since])
})

test('pinned by a person who said why, and what is pushed waits in a pause', () => {
  const pinned = override({ reason: '1.5 loses orders', since: ago(3600) })

  expect(told({ override: pinned, pauses: [pause()], tag: '2' }, {}, running)).toEqual([
    runs,
    'Wanted is what the tag 2 names (aaaaaaaaaaaa): ada pinned it to that at 2026-11-20 11:00 UTC, because "1.5 loses orders".',
    'That is what runs.',
    since,
    'It stays so until `longshore unpin local/container/web`.',
    'Besides, everything is paused by ada: whatever is pushed meanwhile waits.',
  ])
})

test('gone back to a digest, which is not there yet', () => {
  const back = override({ tag: '1', digest: digest('c') })

  expect(told({ override: back, rollouts: [ended('succeeded', running, 400, digest('c'))] })).toEqual([
    runs,
    'Wanted is cccccccccccc, as 1: ada pinned it to that at 2026-11-20 11:59 UTC.',
    'That is not what runs: a rollout is due.',
    since,
  ])
})

test('paused for a while', () => {
  const until = new Date(now + 5_400_000).toISOString()
  const paused = pause({ workload: 'local/container/web', until, reason: 'sale' })

  expect(told({ pauses: [paused] })).toEqual([
    runs,
    follows,
    'It is not rolled out: it is paused by ada until 2026-11-20 13:30 UTC, because "sale".',
    since,
    '`longshore resume local/container/web` lifts the pause; `longshore deploy local/container/web` goes ahead in spite of it.',
  ])
})

test('quarantined', () => {
  expect(told({ quarantines: [quarantined(newer)] })).toEqual([
    runs,
    follows,
    'It is not rolled out: this digest failed at 2026-11-20 11:58 UTC: its health check failed.',
    since,
    'A push of another digest ends that, and so does `longshore quarantine release local/container/web bbbbbbbbbbbb`.',
  ])
})

test('in mode notify', () => {
  expect(told({ settings: { ...settings, mode: 'notify' } }).slice(2)).toEqual([
    'It is not rolled out now: the tag 1 names a newer digest; mode notify never acts.',
    since,
    '`longshore deploy local/container/web` rolls it out now; mode auto would do so always.',
  ])
})

test('changed by hand', () => {
  expect(told({ row: row({ baselineImage: digest('9') }) }, { rolledOutAt: null }).slice(2)).toEqual([
    'It is not rolled out: somebody else gave it another image since our last look; longshore resume local/container/web goes on from here.',
    since,
    '`longshore resume local/container/web` takes what runs now as meant and goes on from there.',
  ])
})

test('while the registry does not answer', () => {
  const failure = { code: 'REGISTRY_UNAVAILABLE', sentence: 'no answer', at: ago(1), since: ago(1), count: 1 }
  const { observation, ...rest } = decideInput()
  const failing = observation && { ...observation, failure }

  expect(told({ ...rest, observation: failing }).slice(1)).toEqual([
    follows,
    'Whether that is what runs is not known: no answer; last seen 1 min ago.',
    since,
    'A good answer of the registry ends that. Longshore looks again at every poll, and when it is told of a push.',
  ])
})

test('everything held after the state was lost', () => {
  const hold = {
    reason: { code: 'STATE_LOST', sentence: 'the state does not know what was rolled out' },
    since: ago(10),
  }

  expect(told({ hold }).slice(2)).toEqual([
    'It is not rolled out: the state does not know what was rolled out.',
    since,
    'Look at what runs, set again what pins and pauses are gone, and then say `longshore resume`.',
  ])
})

test('in the middle of a rollout', () => {
  const open = { ...ended('succeeded', newer, 0), stage: 'forward', outcome: null, endedAt: null, step: 'J6' } as const

  expect(told({ rollouts: [open] }, { open, wants: newer })).toEqual([
    runs,
    follows,
    'A rollout of 1 (bbbbbbbbbbbb) is under way, at step J6.',
    since,
    'Nothing else begins before that has ended.',
  ])
})

test.each([
  [{ attempted: ['bring-along'] }, 'at step J8; what lives in its set follows it now.'],
  [{ attempted: ['bring-along-back'] }, 'at step J8; what lives in its set goes back with it now.'],
  [{ partOf: { rollout: 'first', way: 'forth' } }, 'at step J8; it goes along with the rollout of what it lives in.'],
] as const)('in the middle of a rollout that is one with others (%j)', (change, end) => {
  const open = { ...ended('succeeded', newer, 0), stage: 'passed', outcome: null, endedAt: null, step: 'J8' } as const

  const sentences = told({ rollouts: [open] }, { open: { ...open, ...change }, wants: newer })

  expect(sentences[2]).toBe(`A rollout of 1 (bbbbbbbbbbbb) is under way, ${end}`)
})

test('left alone', () => {
  const stopped = { state: 'ignored', reason: { code: 'STOPPED', sentence: 'it is not running' } } as const

  const alone = { ...stopped, runs: { image, digest: null }, wants: null, tag: null, rolledOutAt: null }

  expect(told({}, { ...alone, isRunning: false })).toEqual([
    `It was made from ${image}.`,
    'Longshore leaves it alone: it is not running.',
    since,
    'It goes on by itself once it runs again; `stopped: update` or `stopped: start` in its settings cares for it as it is.',
  ])
})

test('left alone while it runs', () => {
  const removed = { state: 'ignored', reason: { code: 'AUTO_REMOVE', sentence: 'it was started with --rm' } } as const
  const alone = { ...removed, runs: { image, digest: null }, wants: null, tag: null, rolledOutAt: null }

  expect(told({}, alone)[0]).toBe(`It runs ${image}.`)
})

const lastSeen = {
  at: ago(600),
  state: 'current',
  reason: { code: 'CURRENT', sentence: 'it runs what 1 names' },
} as const

test('not to be seen now', () => {
  const away = {
    state: 'unknown',
    reason: { code: 'TARGET_UNAVAILABLE', sentence: 'its target does not answer' },
  } as const

  expect(told({}, { ...away, seen: lastSeen, tag: null, wants: null, override: override() })).toEqual([
    `When it was seen last, it ran ${image} (aaaaaaaaaaaa), rolled out by Longshore at 2026-11-19 12:00 UTC.`,
    'Wanted is what the tag 2 names: ada pinned it to that at 2026-11-20 11:59 UTC.',
    'Whether that is what runs is not known: its target does not answer.',
    'When it was seen last, at 2026-11-20 11:50 UTC, it was current: it runs what 1 names.',
    'It goes on by itself once its target answers.',
  ])
})

test('gone', () => {
  const gone = { state: 'ignored', reason: { code: 'GONE', sentence: 'it is not on the target any more' } } as const

  expect(told({}, { ...gone, seen: lastSeen, tag: null, wants: null })).toEqual([
    `When it was seen last, it ran ${image} (aaaaaaaaaaaa), rolled out by Longshore at 2026-11-19 12:00 UTC.`,
    'Longshore leaves it alone: it is not on the target any more.',
    'It was seen last at 2026-11-20 11:50 UTC.',
    'It goes on by itself once it is there again, and watched.',
  ])
})
