import { expect, test } from 'vitest'
import { composeFacts, composeRollout, ended, instance } from '../../../test/fakes/compose-facts.ts'
import type { ComposeFacts, InstanceFacts } from '../facts.ts'
import { startGate } from '../gate.ts'
import type { Rollout } from '../rollout.ts'
import { roll } from './roll.ts'

const now = Date.parse('2026-11-20T12:00:10Z')
const fresh = (id: string, given: Partial<InstanceFacts> = {}) => instance(id, { image: 'sha256:new', ...given })
const unstarted = fresh('new', { status: 'created', startedAt: null })
const open = startGate(now, fresh('new').startedAt)
const touched = composeRollout().attempted.concat('up')
const many = { scale: 3, attempted: touched } as const
const threeOld = [instance('old'), instance('old-2'), instance('old-3')]

test.each<[string, Partial<Rollout>, Partial<ComposeFacts>, object]>([
  ['brings all up at once where one instance runs, stop-first', {}, {}, { step: 'J4', effect: 'up' }],
  ['adds one beside, start-first', { order: 'start-first' }, {}, { effect: 'add' }],
  ['removes one before it adds one, stop-first', many, { olds: threeOld }, { effect: 'remove-one' }],
  ['adds one where one is missing, stop-first', many, { olds: threeOld.slice(1) }, { effect: 'add' }],
  [
    'adds one before it removes one, start-first',
    { ...many, order: 'start-first' },
    { olds: threeOld },
    { effect: 'add' },
  ],
  [
    'removes an old one once the new one beside it is proven',
    { order: 'start-first', proven: ['new'] },
    { news: [fresh('new')] },
    { effect: 'remove-one' },
  ],
  [
    'proves the new one before it removes another old one',
    { ...many, gateProgress: open },
    { olds: threeOld.slice(1), news: [fresh('new')] },
    { kind: 'wait' },
  ],
  ['starts what a crash left created', { attempted: touched }, { olds: [], news: [unstarted] }, { effect: 'up' }],
  ['starts what a crash left created beside', { order: 'start-first' }, { news: [unstarted] }, { effect: 'add' }],
  [
    'finishes what a crash left half-way',
    { attempted: touched },
    { olds: [instance('old', ended(0))], news: [unstarted] },
    { effect: 'up' },
  ],
  ['moves the tag again where somebody moved it', {}, { tagImage: 'sha256:third' }, { effect: 'move-tag' }],
  [
    'leaves what somebody else brought up, rather than to take it from them or add to it',
    { ...many, order: 'start-first' },
    { olds: [instance('old'), instance('theirs')], strangers: ['theirs'] },
    { rollout: { stage: 'ended', outcome: 'superseded', reason: { code: 'REPLACED_BY_HAND' } } },
  ],
  [
    'puts back the one that it was removing while somebody brought up theirs',
    { ...many, attempted: [...touched, 'remove-one'] },
    { olds: [instance('old'), instance('theirs')], strangers: ['theirs'] },
    { step: 'J4', effect: 'add', rollout: { reason: { code: 'REPLACED_BY_HAND' } } },
  ],
  [
    'proves the candidate that somebody else brought up as its own',
    { ...many, gateProgress: open },
    { olds: threeOld.slice(1), news: [fresh('theirs')], strangers: ['theirs'] },
    { kind: 'wait' },
  ],
  [
    'passes when all that run are proven',
    { ...many, proven: ['a', 'b', 'c'] },
    { olds: [], news: [fresh('a'), fresh('b'), fresh('c')] },
    { step: 'J7', rollout: { stage: 'passed' } },
  ],
  [
    'starts again what ended while nobody looked',
    { attempted: touched, gateProgress: null },
    { olds: [], news: [fresh('new', ended(255))] },
    { effect: 'up' },
  ],
  [
    'judges the one that ended before those that run',
    { ...many, restart: 'no', gateProgress: open },
    { olds: [], news: [fresh('a'), fresh('b', ended(1)), fresh('c')] },
    { rollout: { outcome: 'rolled-back', reason: { code: 'GATE_EXITED' } } },
  ],
])('%s', (_promise, rollout, facts, expected) => {
  expect(roll(composeRollout(rollout), composeFacts(facts), now)).toMatchObject(expected)
})

test.each(['before', 'other'] as const)('brings nothing up from a file that a person changed (%s)', (definition) => {
  expect(roll(composeRollout(), composeFacts({ definition }), now)).toMatchObject({
    rollout: { stage: 'back', outcome: 'superseded', reason: { code: 'EDITED_BY_HAND' } },
  })
})

test('removes no instance that a person brought up from a file they changed', () => {
  const facts = composeFacts({
    olds: [instance('theirs'), instance('theirs-2'), instance('theirs-3')],
    definition: 'other',
  })

  expect(roll(composeRollout(many), facts, now)).toMatchObject({
    rollout: { stage: 'back', outcome: 'superseded', reason: { code: 'EDITED_BY_HAND' } },
  })
})

test('gives up on an `up` that changes nothing', () => {
  const rollout = composeRollout({ attempted: ['up', 'up', 'up'] })

  expect(roll(rollout, composeFacts(), now)).toMatchObject({ rollout: { outcome: 'failed', candidateAtFault: false } })
})

test('takes an end with 0 for no completion where the engine should start it again', () => {
  const rollout = composeRollout({ attempted: touched, gateProgress: open })

  const step = roll(rollout, composeFacts({ olds: [], news: [fresh('new', ended(0))] }), now)

  expect(step).toMatchObject({ kind: 'wait', rollout: { proven: [], gateProgress: { restarts: 1 } } })
})

test('fails what the engine has restarted too often', () => {
  const rollout = composeRollout({ attempted: touched, gateProgress: open })
  const looping = fresh('new', { status: 'restarting', restarts: 3, exitCode: 1 })

  expect(roll(rollout, composeFacts({ olds: [], news: [looping] }), now)).toMatchObject({
    rollout: { outcome: 'rolled-back', candidateAtFault: true, reason: { code: 'GATE_EXITED' } },
  })
})

test.each<[string, Partial<Rollout>]>([
  ['in its gate', { gateProgress: open }],
  ['after it had passed', { proven: ['new'] }],
])('blames no version that a person stopped %s', (_when, given) => {
  const stopped = fresh('new', { ...ended(0), stoppedByHand: true })

  expect(
    roll(composeRollout({ attempted: touched, ...given }), composeFacts({ olds: [], news: [stopped] }), now),
  ).toMatchObject({ rollout: { stage: 'ended', outcome: 'superseded', candidateAtFault: false } })
  expect(roll(composeRollout({ ...many, ...given }), composeFacts({ news: [stopped] }), now)).toMatchObject({
    rollout: { stage: 'back', outcome: 'superseded', candidateAtFault: false },
  })
})

test('blames no version that a person keeps paused in its gate', () => {
  const late = { ...open, startedAt: now - 3_600_000, lookedAt: now }

  expect(
    roll(
      composeRollout({ attempted: touched, gateProgress: late }),
      composeFacts({ olds: [], news: [fresh('new', { status: 'paused' })] }),
      now,
    ),
  ).toMatchObject({
    rollout: { stage: 'ended', outcome: 'superseded', reason: { code: 'PAUSED_BY_HAND' }, candidateAtFault: false },
  })
})

const follower = (given: Partial<InstanceFacts>, isFollowing = true) => [
  { instance: instance('sidecar', given), isFollowing },
]
const stopped = (isFollowing: boolean): ComposeFacts['followers'] =>
  follower({ status: 'created', startedAt: null }, isFollowing).map((each) => ({ ...each, isLeftStopped: true }))
const proven = composeRollout({
  attempted: touched,
  proven: ['new'],
  definition: { files: [], edit: null, followers: ['sidecar'], isDivisible: false, hash: null },
})

test.each<[string, ComposeFacts['followers'], object]>([
  ['brings up what lives in an instance that is gone', follower({}, false), { effect: 'up' }],
  ['brings up what a crash left created', follower({ status: 'created', startedAt: null }), { effect: 'up' }],
  ['passes with what runs', follower({}), { rollout: { stage: 'passed' } }],
  ['brings up what was stopped and lives in one that is gone', stopped(false), { effect: 'up' }],
  ['passes with what was stopped before', stopped(true), { rollout: { stage: 'passed' } }],
  ['passes with a job that is done', follower(ended(0)), { rollout: { stage: 'passed' } }],
  [
    'passes with what a person stopped',
    follower({ ...ended(137), stoppedByHand: true }),
    { rollout: { stage: 'passed' } },
  ],
  [
    'fails with what did not stay up',
    follower(ended(1)),
    { rollout: { outcome: 'rolled-back', candidateAtFault: true, reason: { code: 'GATE_DEPENDANT' } } },
  ],
])('%s beside it', (_promise, followers, expected) => {
  expect(roll(proven, composeFacts({ olds: [], news: [fresh('new')], followers }), now)).toMatchObject(expected)
})
