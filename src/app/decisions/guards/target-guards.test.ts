import { describe, expect, test } from 'vitest'
import {
  ago,
  decideInput,
  digest,
  newer,
  override,
  pause,
  quarantined,
  running,
  settings,
  workload,
} from '../../../../test/fakes/decide-input.ts'
import type { DecideInput } from '../decide-input.ts'
import { decide } from '../decide.ts'

type Target = NonNullable<DecideInput['target']>

const free: Target = { name: 'local', brake: null, mass: { count: 1, most: 20, found: null, isApproved: false } }
const braked: Target = { ...free, brake: { reason: { code: 'BRAKED', sentence: 'the brake is on' }, since: ago(30) } }
const many: Target = { ...free, mass: { ...free.mass, count: 21 } }
const stopped: NonNullable<DecideInput['group']> = {
  name: 'shop',
  stop: { workload: 'local/container/db', digest: newer, sentence: 'db of the group shop failed', at: ago(30) },
  takeBack: null,
}

const absent = { ...workload, imageId: '', repositoryDigests: [], isRunning: false, isAbsent: true }

const decided = (change: Partial<DecideInput>) => decide(decideInput({ target: free, ...change })).reason.code

describe('what begins by itself', () => {
  test.each<[string, Partial<DecideInput>, string]>([
    ['goes on while nothing holds it', {}, 'DIGEST_MOVED'],
    ['is held by the brake', { target: braked }, 'BRAKED'],
    ['is held by its group', { group: stopped }, 'GROUP_STOPPED'],
    ['is held with too many others', { target: many }, 'MASS_CHANGE'],
    ['is made with any number of others where it is missing', { target: many, workload: absent }, 'ABSENT'],
    ['is held by the brake before its group', { target: braked, group: stopped }, 'BRAKED'],
    // What would hold it all the same is told first, and keeps it from being counted.
    ['is only told of in notify mode', { target: many, settings: { ...settings, mode: 'notify' } }, 'NOTIFY_ONLY'],
    ['is paused rather', { target: many, group: stopped, pauses: [pause()] }, 'ROLLOUTS_PAUSED'],
    ['is quarantined rather', { target: braked, group: stopped, quarantines: [quarantined(newer)] }, 'QUARANTINED'],
    [
      'is held by a lost state rather',
      { target: braked, hold: { reason: { code: 'STATE_LOST', sentence: '' }, since: ago(9) } },
      'STATE_LOST',
    ],
    ['follows a pin and is held by the brake', { target: braked, override: override({ tag: '1' }) }, 'BRAKED'],
  ])('%s', (_, change, code) => {
    expect(decided(change)).toBe(code)
  })
})

describe('what a person asked for', () => {
  const deployed = override({ kind: 'deploy', tag: '1' })
  const pinned = override({ tag: '1', digest: newer })

  test.each<[string, Partial<DecideInput>, string]>([
    ['passes the brake', { target: braked, override: deployed }, 'DEPLOY_DUE'],
    ['passes the brake as a rollback', { target: braked, override: pinned }, 'PIN_DUE'],
    ['passes the stop of its group', { group: stopped, override: deployed }, 'DEPLOY_DUE'],
    ['passes the limit', { target: many, override: deployed }, 'DEPLOY_DUE'],
    [
      'passes the brake when it was pinned since',
      { target: braked, override: override({ tag: '1', since: ago(10) }) },
      'PIN_DUE',
    ],
    ['passes the stop of its group when it was resumed since', { group: stopped, lastWordAt: ago(10) }, 'DIGEST_MOVED'],
    ['does not pass it by a word from before', { group: stopped, lastWordAt: ago(60) }, 'GROUP_STOPPED'],
  ])('%s', (_, change, code) => {
    expect(decided(change)).toBe(code)
  })
})

describe('what goes back with its group', () => {
  const back = (change: Partial<DecideInput> = {}) =>
    decide(
      decideInput(
        {
          group: { ...stopped, takeBack: { from: running, to: digest('0'), sentence: 'taken back, since db failed' } },
          ...change,
        },
        running,
      ),
    )

  test('is due although it runs what its tag names', () => {
    expect(back()).toMatchObject({
      isRolloutDue: true,
      candidate: digest('0'),
      reason: { code: 'TAKE_BACK', sentence: 'taken back, since db failed' },
    })
  })

  test('passes brake and limit, and needs no registry', () => {
    expect(back({ target: { ...braked, mass: many.mass }, observation: null }).isRolloutDue).toBe(true)
  })

  test.each<[string, Partial<DecideInput>, string]>([
    ['waits for a pause', { pauses: [pause()] }, 'ROLLOUTS_PAUSED'],
    ['waits where that failed there before', { quarantines: [quarantined(digest('0'))] }, 'QUARANTINED'],
    ['leaves what a person asked for', { override: override({ tag: '1' }) }, 'PINNED'],
  ])('%s', (_, change, code) => {
    expect(back(change)).toMatchObject({ isRolloutDue: false, reason: { code } })
  })
})
