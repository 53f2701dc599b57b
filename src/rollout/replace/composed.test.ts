import { expect, test } from 'vitest'
import { ended, now, running } from '../../../test/fakes/decide-input.ts'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import type { ComposedFacts, InstanceFacts, ReplaceFacts } from '../facts.ts'
import type { EffectKind, Rollout } from '../rollout.ts'
import { gapOfSet } from './dependants.ts'
import { composedTakenOver, followComposed, provingComposed, restoreComposed, takeComposedAlong } from './composed.ts'

const web: InstanceFacts = {
  ...blankInstance,
  id: 'web',
  name: 'shop-web-1',
  status: 'running',
  image: 'sha256:app',
  startedAt: '2026-11-20T11:00:00Z',
}
const plan = { name: 'shop/web', instances: ['web'], image: 'sha256:app', reference: 'app:1', wasRunning: true }
const rollout: Rollout = { ...ended(null, running, 10), stage: 'forward', composed: [plan] }
const facts = (isFollowing: boolean, change: Partial<InstanceFacts> = {}, more: Partial<ComposedFacts> = {}) => {
  const base: ReplaceFacts = {
    old: null,
    new: null,
    candidateImage: null,
    tagImage: null,
    isTagShared: false,
    isProtected: true,
    nameHolder: null,
  }
  return { ...base, composed: [{ plan, instances: [{ ...web, ...change }], isFollowing, ...more }] }
}
const tried = (effect: EffectKind, times: number, failed = 0): Rollout => ({
  ...rollout,
  attempted: [...rollout.attempted, ...Array<EffectKind>(times).fill(effect)],
  failures: Array<EffectKind>(failed).fill(effect),
})
const crashed = { status: 'exited', exitCode: 1 } as const

test.each([
  ['makes it again while it uses the old version', rollout, facts(false), { effect: 'up-dependants', step: 'J6' }],
  ['makes it again after a try that was cut off', tried('up-dependants', 1), facts(false), { effect: 'up-dependants' }],
  [
    'turns back, by no fault of the candidate, when that changes nothing',
    tried('up-dependants', 6),
    facts(false),
    { step: 'R', rollout: { outcome: 'failed', candidateAtFault: false, reason: { code: 'NO_EFFECT' } } },
  ],
])('on the way forward Compose %s', (_, before, seen, expected) => {
  expect(followComposed(before, seen)).toMatchObject(expected)
})

test('on the way forward a service that ended beside the new version, so that Compose fails, is its fault', () => {
  const helper = { plan: { ...plan, name: 'shop/helper' }, instances: [web], isFollowing: false }
  const seen = { ...facts(true, crashed), composed: [...facts(true, crashed).composed, helper] }

  expect(followComposed(rollout, seen)).toMatchObject({ effect: 'up-dependants' })
  expect(followComposed(tried('up-dependants', 1, 1), seen)).toMatchObject({
    step: 'R',
    rollout: { outcome: 'rolled-back', candidateAtFault: true, reason: { code: 'GATE_DEPENDANT' } },
  })
})

test('what follows already, or was taken down by its owner, is left as it is', () => {
  for (const seen of [facts(true), facts(false, {}, { instances: [] })]) {
    expect(followComposed(rollout, seen)).toBeNull()
    expect(restoreComposed(rollout, seen, now)).toBeNull()
  }
})

test('on the way back it is made again, and a person is told the command when that does not succeed', () => {
  expect(restoreComposed(rollout, facts(false), now)).toMatchObject({ effect: 'up-old-dependants', step: 'R' })
  expect(restoreComposed(tried('up-old-dependants', 6), facts(false), now)).toMatchObject({
    rollout: {
      outcome: 'needs-human',
      reason: { sentence: expect.stringContaining('docker compose -p shop up -d --force-recreate web') },
    },
  })
})

test('it follows whatever a person made under the name meanwhile, once the old version was touched', () => {
  const touched: Rollout = { ...rollout, attempted: ['stop-old'] }
  const untouched: Rollout = { ...rollout, attempted: [] }

  expect(takeComposedAlong(touched, facts(false))).toMatchObject({ effect: 'up-old-dependants' })
  expect(takeComposedAlong(untouched, facts(false))).toBeNull()
})

test.each([
  ['was stopped', true, { status: 'exited' }, 'STOPPED_BY_HAND'],
  ['was started', false, {}, 'STARTED_BY_HAND'],
  ['is as it was', true, {}, undefined],
] as const)('before anything is touched, one that %s meanwhile is its owner’s', (_, wasRunning, change, code) => {
  const seen = facts(true, change, { plan: { ...plan, wasRunning } })

  expect(composedTakenOver(seen)?.code).toBe(code)
})

test('at the gate it proves itself unless it rests by its owner’s word', () => {
  expect(provingComposed(rollout, facts(true, crashed))).toHaveLength(1)
  expect(provingComposed(rollout, facts(true, { ...crashed, stoppedByHand: true }))).toEqual([])
  expect(provingComposed(rollout, facts(true, { status: 'exited' }))).toEqual([])
  expect(
    provingComposed(rollout, facts(true, { status: 'created' }, { plan: { ...plan, wasRunning: false } })),
  ).toEqual([])
})

test('the gap of a set lasts until the last of them runs again, each counted from the end of what it lived in', () => {
  const second = (at: number) => `2026-11-20T11:00:0${at}Z`
  const old = { ...web, status: 'exited' as const, finishedAt: second(1) }
  const seen = (change: Partial<InstanceFacts>, wasRunning = true) => ({
    ...facts(true, change, { plan: { ...plan, wasRunning } }),
    old,
  })

  expect(gapOfSet(500, seen({ startedAt: second(4) }))).toBe(3000)
  expect(gapOfSet(5000, seen({ startedAt: second(4) }))).toBe(5000)
  expect(gapOfSet(500, seen({ startedAt: null }))).toBeNull()
  expect(gapOfSet(500, seen({ startedAt: null }, false))).toBe(500)
})

test.each<[string, Partial<InstanceFacts>, string | undefined]>([
  ['runs', {}, undefined],
  ['was stopped', crashed, 'STOPPED_BY_HAND'],
  ['was paused', { status: 'paused' }, 'PAUSED_BY_HAND'],
])('of a service that %s a person’s word is told before it is touched', (_, change, code) => {
  expect(composedTakenOver(facts(true, change))?.code).toBe(code)
})
