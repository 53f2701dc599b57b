import { back } from './back.ts'
import type { RolloutFacts } from './facts.ts'
import { forward } from './forward.ts'
import { startGate } from './gate.ts'
import { previousName } from './names.ts'
import { kept, passed } from './passed.ts'
import type { EffectKind, JournalStep, Rollout } from './rollout.ts'
import { goBack, hasAttempted, hasTouchedOld, timesFailed, triesMax, type Step } from './step.ts'

export type { Step } from './step.ts'

/**
 * What a rollout needs next, from what the target shows now. Pure and level-triggered: it compares what is with what
 * should be and names the first difference, so that a crash anywhere is recovered by asking again.
 *
 * @param now milliseconds since the epoch
 */
export function nextStep(rollout: Rollout, facts: RolloutFacts, now: number): Step {
  switch (rollout.stage) {
    case 'forward':
      return forward(rollout, facts, now)
    case 'passed':
      return passed(rollout, facts, now)
    case 'back':
      return back(rollout, facts, now)
    case 'kept':
      return kept(rollout, facts, now)
    case 'ended':
      return { kind: 'rest', rollout }
  }
}

/** The rollout as it has to be durable before the effect of a step. */
export function attempt(rollout: Rollout, step: JournalStep, effect: EffectKind): Rollout {
  return { ...rollout, step, attempted: [...rollout.attempted, effect] }
}

/** What an effect that succeeded leaves to remember: the gate's time runs from the start. */
export function succeed(rollout: Rollout, effect: EffectKind, now: number): Rollout {
  if (effect !== 'start-new' || rollout.stage !== 'forward') return rollout
  return { ...rollout, gateProgress: startGate(now, null) }
}

/** How an effect failed: by the candidate's own fault, or by that of the surroundings. */
export interface EffectFailure {
  readonly isCandidateAtFault: boolean
  readonly code: string
  readonly sentence: string
}

/** What becomes of a rollout when an effect failed. */
export function fail(rollout: Rollout, effect: EffectKind, failure: EffectFailure): Rollout {
  const failed = { ...rollout, failures: [...rollout.failures, effect] }
  const reason = { code: failure.code, sentence: failure.sentence }
  const turn = (outcome: 'rolled-back' | 'failed') =>
    goBack(failed, outcome, reason, failure.isCandidateAtFault && outcome === 'rolled-back').rollout
  if (rollout.stage === 'forward') {
    if (failure.isCandidateAtFault) return turn('rolled-back')
    return decisive.has(effect) || timesFailed(failed, effect) >= triesMax ? turn('failed') : failed
  }
  if (rollout.stage === 'passed' && timesFailed(failed, effect) >= triesMax) {
    return effect === 'arm-new' ? { ...failed, ...notArmed(rollout) } : turn('failed')
  }
  if (rollout.stage === 'kept' && timesFailed(failed, effect) >= triesMax) return { ...failed, stage: 'ended' }
  return failed
}

/** Effects whose failure is an answer; the others are tried again after another look. */
const decisive = new Set<EffectKind>(['pull', 'create', 'start-new', 'restart-new'])

function notArmed(rollout: Rollout): Partial<Rollout> {
  const sentence = `the new version is good, but its restart policy could not be set; run: docker update --restart ${rollout.restart} ${rollout.name}`
  return { stage: 'ended', outcome: 'needs-human', reason: { code: 'NEEDS_HUMAN', sentence } }
}

/**
 * Takes up a rollout after a restart of ours. One that had not gone beyond preparing is given up,
 * since its candidate may be stale; the next pass plans afresh.
 */
export function takeUp(rollout: Rollout): Rollout {
  if (rollout.stage !== 'forward') return rollout
  if (hasTouchedOld(rollout) || hasAttempted(rollout, 'start-new')) return rollout
  const reason = { code: 'INTERRUPTED', sentence: 'longshore was stopped before the running version was touched' }
  return goBack(rollout, 'abandoned', reason).rollout
}

/** After the engine was away the gate starts afresh, and an end meanwhile is not the candidate's. */
export function engineReturned(rollout: Rollout): Rollout {
  return rollout.stage === 'forward' ? { ...rollout, gateProgress: null } : { ...rollout, checkProgress: null }
}

/** Whether stopping here would leave the workload without a running version. */
export function isBetweenVersions(rollout: Rollout): boolean {
  if (rollout.stage === 'back') return hasTouchedOld(rollout)
  if (rollout.stage === 'passed') return rollout.order === 'start-first'
  return rollout.stage === 'forward' && hasTouchedOld(rollout) && rollout.gateProgress === null
}

/**
 * What the target will show after an effect that succeeded, without asking it: inside the gap of a stop-first
 * replacement each question lengthens the gap. Null where only a look can tell.
 */
export function foresee(facts: RolloutFacts, rollout: Rollout, effect: EffectKind): RolloutFacts | null {
  const { old, new: fresh } = facts
  if (rollout.stage !== 'forward' || rollout.order !== 'stop-first' || old === null || fresh === null) return null
  switch (effect) {
    case 'disarm-old':
      return { ...facts, old: { ...old, restart: 'no' } }
    case 'stop-old':
      return { ...facts, old: { ...old, status: 'exited' } }
    case 'rename-old':
      return { ...facts, old: { ...old, name: previousName(rollout.name) }, nameHolder: null }
    case 'rename-new':
      return { ...facts, new: { ...fresh, name: rollout.name }, nameHolder: fresh.id }
    default:
      return null
  }
}
