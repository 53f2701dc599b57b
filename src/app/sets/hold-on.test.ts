import { expect, test } from 'vitest'
import { digest, ended } from '../../../test/fakes/decide-input.ts'
import type { Follow, MadeAnew } from '../../rollout/dependant.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { holdOn } from './hold-on.ts'

const since = '2026-11-20T12:00:00.000Z'
const hold = { reason: { code: 'STATE_LOST', sentence: 'lost' }, since }
const at = (seconds: number) => Date.parse(since) + seconds * 1000
const follows: Follow = { how: 'recreate', provider: 'vpn', sentence: 'vpn is another by now', isLeftStopped: false }
const ours: MadeAnew = { workloads: ['local/compose/shop/vpn', 'local/compose/shop/base'], at: at(-5), isTraced: true }
const ofVpn = (seconds: number | null): Rollout => ({
  ...ended('succeeded', digest('b'), 0),
  endedAt: seconds === null ? null : new Date(at(seconds)).toISOString(),
})

async function isHeld(
  change: { readonly follows?: Partial<Follow> | null; readonly madeAnew?: Partial<MadeAnew> | null },
  rollouts: readonly Rollout[] = [],
): Promise<boolean> {
  const given = {
    follows: change.follows === null ? null : { ...follows, ...change.follows },
    ...(change.madeAnew !== null && { madeAnew: { ...ours, ...change.madeAnew } }),
  }
  const ofBase = async (id: string) => (id.endsWith('/base') ? rollouts : [])
  const store = { hold: async () => hold, rollouts: ofBase }
  return (await holdOn(store, given)) !== null
}

test('what a rollout cut off that the state has forgotten follows although everything is held', async () => {
  expect(await isHeld({})).toBe(false)
})

test.each<[string, Parameters<typeof isHeld>[0]]>([
  ['has nothing to follow', { follows: null }],
  ['has to follow what was only started again', { follows: { how: 'restart' } }],
  ['was stopped by a person', { follows: { isLeftStopped: true } }],
  ['has to follow what was never rolled out', { madeAnew: { isTraced: false } }],
  ['has to follow what somebody made anew since', { madeAnew: { at: at(5) } }],
  ['has to follow nobody knows what', { madeAnew: null }],
])('what %s is held with everything', async (_, change) => {
  expect(await isHeld(change)).toBe(true)
})

test.each<[string, number | null, boolean]>([
  ['that has followed itself since, or whose own host has,', 9, false],
  ['that somebody replaced after it had followed', 3, true],
  ['whose rollout is under way', null, true],
])('what lives in one %s', async (_, endedAt, expected) => {
  expect(await isHeld({ madeAnew: { at: at(5), isTraced: false } }, [ofVpn(endedAt)])).toBe(expected)
})

test('without a hold nothing is held', async () => {
  const store = { hold: async () => null, rollouts: async () => [] }

  expect(await holdOn(store, { follows: null })).toBeNull()
})
