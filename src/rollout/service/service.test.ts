import { describe, expect, test } from 'vitest'
import { serviceFacts, serviceRollout } from '../../../test/fakes/service-facts.ts'
import type { Rollout, ServiceFacts } from '../rollout.ts'
import { nextStep } from '../machine.ts'

const now = Date.parse('2026-01-01T00:00:10Z')

const step = (rollout: Partial<Rollout>, facts: Partial<ServiceFacts>, at = now) =>
  nextStep(serviceRollout(rollout), serviceFacts(facts), at)

/** What a step comes to, in short. */
function told(rollout: Partial<Rollout>, facts: Partial<ServiceFacts>, at = now): string {
  const next = step(rollout, facts, at)
  if (next.kind === 'effect') return next.effect
  if (next.kind === 'wait') return 'wait'
  const { stage, outcome, reason, candidateAtFault } = next.rollout
  return [stage, outcome, reason?.code, candidateAtFault ? 'at fault' : null].filter(Boolean).join(' ')
}

const captured = ['capture'] as const
const updated = ['capture', 'update-service'] as const
/** As it is remembered once it was seen to say the candidate. */
const heard = { ranBefore: 2, isJob: false, toldAt: '2025-12-31T00:00:00Z', running: 2, wanted: 2 }
const unheard = { ...heard, toldAt: null, running: 0 }
const gate = { startedAt: now, goodSince: null, restarts: 0, instanceStartedAt: 'x', lookedAt: now }

describe('before the service is told anything', () => {
  test.each<[string, Partial<Rollout>, Partial<ServiceFacts>, string]>([
    ['what is replaced is captured', {}, {}, 'capture'],
    ['then it is told', { attempted: captured }, {}, 'update-service'],
    ['one that is gone is left', {}, { told: null }, 'back superseded REMOVED_BY_HAND'],
    ['one that was told something else is left', {}, { told: 'other' }, 'back superseded REPLACED_BY_HAND'],
    ['one that somebody else brought there is left', {}, { told: 'after' }, 'back superseded REPLACED_BY_HAND'],
    ['an update of somebody else goes first', { attempted: captured }, { update: 'updating' }, 'back abandoned SERVICE_UPDATING'],
    ['and so does a run of a job', { attempted: captured }, { job: { done: 0, active: 1 } }, 'back abandoned JOB_RUNNING'],
    ['a job that does not run is told', { attempted: captured }, { job: { done: 1, active: 0 } }, 'update-service'],
  ])('%s', (_, rollout, facts, expected) => {
    expect(told(rollout, facts)).toBe(expected)
  })

  test('what runs of it is remembered', () => {
    expect(step({ toImage: null }, { running: 1 }).rollout.service).toEqual({ ...unheard, ranBefore: 1 })
  })

  test('a way back that had nothing to take back ends at once', () => {
    expect(told({ stage: 'back', attempted: captured, outcome: 'abandoned' }, { told: 'other' })).toBe('ended abandoned')
  })
}) // prettier-ignore

describe('once it was told', () => {
  test.each<[string, Partial<Rollout>, Partial<ServiceFacts>, string]>([
    ['what was stopped before it heard is planned afresh', { service: unheard }, {}, 'back abandoned INTERRUPTED'],
    ['what was refused is tried again', { service: unheard, failures: ['update-service'] }, {}, 'update-service'],
    ['unless somebody else is at it', { service: unheard, failures: ['update-service'] }, { update: 'updating' }, 'back abandoned SERVICE_UPDATING'],
    ['and not for ever', { service: unheard, attempted: [...updated, 'update-service', 'update-service'], failures: ['update-service', 'update-service', 'update-service'] }, {}, 'back failed NO_EFFECT'],
    ['one that is put back by hand stays so', {}, {}, 'back superseded PUT_BACK_BY_HAND'],
    ['also when it was never seen to say it', { service: unheard, gateProgress: gate }, {}, 'back superseded PUT_BACK_BY_HAND'],
    ['a rollback by hand stays so', {}, { update: 'returning', message: 'manually requested rollback', failures: 2 }, 'back superseded PUT_BACK_BY_HAND'],
    ['what another of us took back has failed here as well', {}, { update: 'returning', message: 'manually requested rollback', failures: 1, hasRun: true }, 'back rolled-back GATE_EXITED at fault'],
    ['also by a plain update', {}, { update: 'none', failures: 1, hasRun: true }, 'back rolled-back GATE_EXITED at fault'],
    ['what its Swarm took back while we were away has failed', {}, { update: 'returned', message: 'rollback completed', hasReturnedItself: true }, 'back rolled-back GATE_EXITED at fault'],
    ['one that its Swarm takes back has failed', {}, { update: 'returning', message: 'update rolled back', failures: 1, hasRun: true, hasReturnedItself: true }, 'back rolled-back GATE_EXITED at fault'],
    ['one that no node could start is not at fault', {}, { update: 'returned', failures: 1, trouble: 'task 1 is rejected', hasReturnedItself: true }, 'back failed GATE_EXITED'],
    ['somebody else’s word stands', {}, { told: 'other' }, 'ended superseded REPLACED_BY_HAND'],
    ['a paused update in which it failed has failed, machines or not', {}, { told: 'after', update: 'paused', failures: 1, hasRun: true, isDisturbed: true }, 'back rolled-back GATE_EXITED at fault'],
    ['one that was paused for a machine goes on', { gateProgress: gate }, { told: 'after', update: 'paused', isDisturbed: true }, 'update-service'],
    ['also before the first look', {}, { told: 'after', update: 'paused', isDisturbed: true }, 'update-service'],
    ['and not for ever, and not at fault', { gateProgress: gate, attempted: [...updated, 'update-service', 'update-service'] }, { told: 'after', update: 'paused', isDisturbed: true }, 'back failed GATE_EXITED'],
    ['what a Swarm took back for a machine is not at fault', {}, { update: 'returning', message: 'update rolled back due to failure or early termination', isDisturbed: true, hasReturnedItself: true }, 'back failed GATE_EXITED'],
    ['where no instances are kept that ended, it is', {}, { told: 'after', update: 'paused' }, 'back rolled-back GATE_EXITED at fault'],
    ['a paused update has failed', {}, { told: 'after', update: 'paused', hasRun: true }, 'back rolled-back GATE_EXITED at fault'],
    ['many ends are a failure', { gateProgress: gate }, { told: 'after', update: 'updating', failures: 3, hasRun: true }, 'back rolled-back GATE_EXITED at fault'],
    ['a few are forgiven', { gateProgress: gate }, { told: 'after', update: 'updating', failures: 2, hasRun: true }, 'wait'],
    ['a Swarm that goes back by itself is left to it', { gateProgress: gate }, { told: 'after', update: 'updating', returnsByItself: true, failures: 3, hasRun: true }, 'wait'],
    ['but after its update is through nobody else does', { gateProgress: gate }, { told: 'after', update: 'completed', returnsByItself: true, failures: 3, hasRun: true }, 'back rolled-back GATE_EXITED at fault'],
    ['as many as its owner lets pass are forgiven', { gateProgress: gate }, { told: 'after', update: 'updating', failures: 3, failuresForgiven: 3, hasRun: true }, 'wait'],
    ['an update under way is waited for', { gateProgress: gate }, { told: 'after', update: 'updating' }, 'wait'],
    ['too few instances are waited for', { gateProgress: gate }, { told: 'after', update: 'completed', running: 1 }, 'wait'],
    ['a service of no instances has nothing to prove', { gateProgress: { ...gate, goodSince: 0 } }, { told: 'after', update: 'completed', running: 0, wanted: 0, latestStart: 'x' }, 'passed succeeded SCALED_TO_ZERO'],
  ])('%s', (_, rollout, facts, expected) => {
    expect(told({ attempted: updated, service: heard, ...rollout }, facts)).toBe(expected)
  })

  test('it passes when all instances have run for as long as the gate asks', () => {
    const started = { ...gate, instanceStartedAt: 's', goodSince: now - 1999, lookedAt: now - 100 }
    const facts = { told: 'after', update: 'completed', latestStart: 's' } as const

    expect(told({ attempted: updated, service: heard, gateProgress: started }, facts)).toBe('wait')
    expect(told({ attempted: updated, service: heard, gateProgress: started }, facts, now + 1)).toBe('passed succeeded GATE_PASSED_WEAK')
    expect(told({ attempted: updated, service: heard, gateProgress: started }, { ...facts, latestStart: 't' }, now + 1)).toBe('wait')
    expect(told({ stage: 'passed', attempted: updated, outcome: 'succeeded' }, facts)).toBe('ended succeeded')
  })

  test('its time begins again with each instance that starts, and is longer by the pace of its owner', () => {
    const late = { ...gate, startedAt: now - 6000, instanceStartedAt: 's', lookedAt: now - 100 }
    const facts = { told: 'after', update: 'updating', running: 1, trouble: 'task 2 is pending (no suitable node)' } as const

    expect(told({ attempted: updated, service: heard, gateProgress: late }, { ...facts, latestStart: 't' })).toBe('wait')
    expect(told({ attempted: updated, service: heard, gateProgress: late }, { ...facts, latestStart: 's', paceMs: 2000 })).toBe('wait')
    const ended = step({ attempted: updated, service: heard, gateProgress: late }, { ...facts, latestStart: 's' })
    expect(ended.rollout.reason).toEqual({
      code: 'GATE_DEADLINE',
      sentence: '1 of 2 run it, and its Swarm goes no further; it had not stayed up long enough within 6 s; task 2 is pending (no suitable node)',
    })
    expect(ended.rollout.candidateAtFault).toBe(false)
  })
}) // prettier-ignore

describe('while its instances are brought there', () => {
  const late = { ...gate, startedAt: now - 60_000, instanceStartedAt: 's', lookedAt: now - 100 }
  const facts = { told: 'after', update: 'updating', running: 1, latestStart: 's' } as const
  const rollout = { attempted: updated, service: heard, gateProgress: late }

  test('a slow pull and a slow start get their time, and no more', () => {
    expect(told(rollout, { ...facts, isStarting: true })).toBe('wait')
    expect(told(rollout, facts)).toBe('back failed GATE_DEADLINE')
    const hung = { ...rollout, gateProgress: { ...late, startedAt: now - 16 * 60_000 } }
    expect(told(hung, { ...facts, isStarting: true })).toBe('back failed GATE_DEADLINE')
  })

  test('what ran only in part before passes in part, unless something failed', () => {
    const partly = { ...rollout, service: { ...heard, ranBefore: 1 } }
    const waiting = { ...facts, trouble: 'task 2 is pending (no suitable node)' }

    expect(told({ ...partly, gateProgress: { ...late, startedAt: now } }, waiting)).toBe('wait')
    expect(told(partly, waiting)).toBe('passed succeeded GATE_PASSED_IN_PART')
    expect(step(partly, waiting).rollout.reason?.sentence).toBe('1 of 2 run it, as many as ran before; task 2 is pending (no suitable node)')
    expect(told(partly, { ...waiting, failures: 1 })).toBe('back failed GATE_DEADLINE')
    expect(told({ ...partly, service: { ...heard, ranBefore: 0 } }, waiting)).toBe('back failed GATE_DEADLINE')
  })

  test('each further instance is written down once, and when it was told', () => {
    const first = step({ ...rollout, service: unheard }, { ...facts, toldAt: 't' })
    expect(first).toMatchObject({ kind: 'change', rollout: { service: { toldAt: 't', running: 1, wanted: 2 } } })
    const more = step({ ...rollout, service: { ...heard, running: 1 } }, { ...facts, toldAt: 'u', running: 2 })
    expect(more).toMatchObject({ kind: 'change', rollout: { service: { toldAt: heard.toldAt, running: 2 } } })
    expect(told({ ...rollout, gateProgress: { ...late, startedAt: now } }, facts)).toBe('wait')
  })
}) // prettier-ignore

describe('on the way back', () => {
  const back: Partial<Rollout> = { stage: 'back', outcome: 'rolled-back', attempted: updated, service: heard }

  test.each<[string, Partial<Rollout>, Partial<ServiceFacts>, string]>([
    ['it is told the old version', {}, { told: 'after', update: 'paused' }, 'revert-service'],
    ['what was never heard is left to its owner', { outcome: 'abandoned' }, { update: 'updating', running: 0 }, 'ended abandoned'],
    ['a way back that its Swarm takes back is waited for', { checkProgress: { ...gate, instanceStartedAt: 'x' } }, { told: 'after', update: 'returning', latestStart: 'x' }, 'wait'],
    ['and begun again after that', { checkProgress: { ...gate, instanceStartedAt: 'x' } }, { told: 'after', update: 'returned', latestStart: 'x' }, 'revert-service'],
    ['what never ran need not run now', { service: { ...heard, ranBefore: 1 } }, { update: 'returning', running: 1 }, 'ended rolled-back'],
    ['what ran nowhere is back at once', { service: { ...heard, ranBefore: 0 } }, { update: 'returning', running: 0 }, 'ended rolled-back'],
    ['a pull on the way back gets its time', { checkProgress: { ...gate, startedAt: now - 60_000, instanceStartedAt: 'x' } }, { update: 'returning', running: 1, latestStart: 'x', isStarting: true }, 'wait'],
    ['what its Swarm takes back by itself is not told again', {}, { update: 'returning', running: 1, latestStart: 'x' }, 'back rolled-back'],
    ['it ends once all run the old version', {}, { update: 'returned' }, 'ended rolled-back'],
    ['it is followed until all run', { checkProgress: { ...gate, instanceStartedAt: 'x' } }, { running: 1, latestStart: 'x' }, 'wait'],
    ['a way back that is paused is for a person', { checkProgress: gate }, { update: 'return-paused', running: 1 }, 'ended needs-human NEEDS_HUMAN'],
    ['unless we asked for it, and its nodes may lack our credentials', { checkProgress: gate, attempted: [...updated, 'revert-service'] }, { update: 'return-paused', running: 1 }, 'revert-service'],
    ['one that is paused although all run is told to go on', {}, { update: 'return-paused' }, 'revert-service'],
    ['and left so when it does not', { attempted: [...updated, ...Array.from({ length: 6 }, () => 'revert-service' as const)] }, { update: 'return-paused' }, 'ended rolled-back'],
    ['unless it was paused for a machine', { checkProgress: gate }, { update: 'return-paused', running: 1, isDisturbed: true }, 'revert-service'],
    ['one that comes no further is, too', { checkProgress: { ...gate, startedAt: now - 6000 } }, { update: 'updating', running: 1, latestStart: 'x' }, 'ended needs-human NEEDS_HUMAN'],
    ['one that does not listen is, too', { attempted: [...updated, ...Array.from({ length: 6 }, () => 'revert-service' as const)] }, { told: 'after' }, 'ended needs-human NEEDS_HUMAN'],
    ['somebody else’s word stands', {}, { told: 'other' }, 'ended superseded REPLACED_BY_HAND'],
    ['a service that is gone is left', {}, { told: null }, 'ended superseded REMOVED_BY_HAND'],
  ])('%s', (_, rollout, facts, expected) => {
    expect(told({ ...back, ...rollout }, facts)).toBe(expected)
  })
}) // prettier-ignore

describe('a job', () => {
  const job = (change: Partial<ServiceFacts>): Partial<ServiceFacts> => ({
    told: 'after',
    job: { done: 0, active: 1 },
    ...change,
  })
  const looked = { ...gate, instanceStartedAt: '0' }
  const late = { ...looked, startedAt: now - 6000 }

  test.each<[string, Partial<Rollout>, Partial<ServiceFacts>, string]>([
    ['has passed when its runs came to their end', { gateProgress: looked }, job({ job: { done: 2, active: 0 } }), 'passed succeeded JOB_COMPLETED'],
    ['may take its time', { gateProgress: late }, job({}), 'wait'],
    ['that does not start is given up', { gateProgress: late }, job({ job: { done: 0, active: 0 } }), 'back failed GATE_DEADLINE'],
    ['whose runs fail has failed', { gateProgress: looked }, job({ failures: 3, hasRun: true }), 'back failed GATE_EXITED at fault'],
    ['is not taken back', { stage: 'back', outcome: 'failed', reason: { code: 'GATE_EXITED', sentence: 'x' } }, job({}), 'ended failed GATE_EXITED'],
  ])('%s', (_, rollout, facts, expected) => {
    expect(told({ attempted: updated, service: heard, ...rollout }, facts)).toBe(expected)
  })
}) // prettier-ignore
