import { expect, test } from 'vitest'
import { ended, now, running } from '../../test/fakes/decide-input.ts'
import { blankInstance } from '../../test/fakes/instance-facts.ts'
import type { InstanceFacts, ReplaceFacts } from './facts.ts'
import { startGate } from './gate.ts'
import { nextStep } from './machine.ts'
import type { Rollout } from './rollout.ts'

const follows = { how: 'recreate', provider: 'vpn', sentence: 'vpn is another', isLeftStopped: false } as const
const base = ended(null, running, 10)
/** A part whose workload was not well before, with its new instance started. */
const part: Rollout = {
  ...base,
  reason: null,
  stage: 'forward',
  endedAt: null,
  follows,
  order: 'stop-first',
  restart: 'always',
  partOf: { rollout: 'first', way: 'forth' },
  unwellBefore: [base.workload],
  attempted: ['disarm-old', 'stop-old', 'rename-old', 'rename-new', 'start-new'],
  gateProgress: startGate(now, null),
}
const fresh: InstanceFacts = {
  ...blankInstance,
  id: 'new',
  name: part.name,
  status: 'running',
  restart: 'no',
  image: 'sha256:app',
  health: 'unhealthy',
  startedAt: '2026-11-20T11:00:00Z',
}
const ends = { status: 'exited', exitCode: 1, health: 'none' } as const
const facts = (change: Partial<InstanceFacts> = {}): ReplaceFacts => ({
  old: null,
  new: { ...fresh, ...change },
  candidateImage: 'sha256:app',
  tagImage: null,
  isTagShared: false,
  isProtected: true,
  nameHolder: 'new',
})

test.each([
  ['whose health check fails', {}],
  ['that ended again', ends],
])('a part that was not well before is done once it has started (%s)', (_, change) => {
  const step = nextStep(part, facts(change), now)

  expect(step).toMatchObject({ rollout: { stage: 'passed', reason: { code: 'GATE_PASSED_UNWELL' } } })
})

test('one that was well has to prove itself', () => {
  const { unwellBefore: _, ...well } = part

  expect(nextStep(well, facts(), now)).toMatchObject({ rollout: { stage: 'back', reason: { code: 'GATE_UNHEALTHY' } } })
})

test('what stands for itself has to, whatever it is said to have been', () => {
  const { partOf: _, ...alone } = part

  expect(nextStep(alone, facts(), now)).toMatchObject({ rollout: { stage: 'back' } })
})

test('what a person stopped meanwhile is theirs', () => {
  const step = nextStep(part, facts({ ...ends, stoppedByHand: true }), now)

  expect(step.rollout.stage).not.toBe('passed')
})

test('what ends is started once more with its policy, and left to that', () => {
  const passed: Rollout = { ...part, stage: 'passed' }
  expect(nextStep(passed, facts(ends), now)).toMatchObject({ effect: 'arm-new' })

  const armed: Rollout = { ...passed, attempted: [...passed.attempted, 'arm-new'] }
  const seen = facts({ ...ends, restart: 'always' })
  expect(nextStep(armed, seen, now)).toMatchObject({ effect: 'start-new' })

  const started: Rollout = { ...armed, attempted: [...armed.attempted, 'start-new'] }
  expect(nextStep(started, seen, now)).toMatchObject({ rollout: { stage: 'kept', outcome: 'succeeded' } })
})
