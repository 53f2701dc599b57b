import { hasCutOff, isPart } from './along-steps.ts'
import { isWaitedFor, waitForBack, withoutBackWait } from './back-wait.ts'
import { editedByHand, replacedByHand } from './compose/by-hand.ts'
import { compose } from './compose/compose.ts'
import { create } from './create/create.ts'
import { namesOf } from './dependant.ts'
import { isComposeFacts, isServiceFacts, type Reason, type RolloutFacts } from './facts.ts'
import { startGate } from './gate.ts'
import { foreseeReplace, replace } from './replace/replace.ts'
import { service } from './service/service.ts'
import type { EffectKind, JournalStep, Rollout } from './rollout.ts'
import {
  change,
  end,
  goBack,
  hasAttempted,
  hasTouchedOld,
  timesAttempted,
  timesFailed,
  triesMax,
  type Step,
} from './step.ts'

export type { Step } from './step.ts'

/**
 * What a rollout needs next, from what the target shows now. Pure and level-triggered: it compares what is with what
 * should be and names the first difference, so that a crash anywhere is recovered by asking again.
 *
 * @param now milliseconds since the epoch
 */
export function nextStep(rollout: Rollout, facts: RolloutFacts, now: number): Step {
  const step = firstDifference(rollout, facts, now)
  // The way back has smaller limits of its own, and knows what it can do without.
  if (step.kind !== 'effect' || rollout.stage === 'back') return step
  const most = attemptsMax + triesMax * (rollout.scale - 1)
  if (timesAttempted(rollout, step.effect) < most) return step
  const sentence = `${step.effect} was done ${most} times, and each time the target showed it undone`
  const after = giveUp(rollout, step.effect, { code: 'NO_EFFECT', sentence }, now)
  return change(after, after.stage === 'back' ? 'R' : after.step, {})
}

/** Tries of one effect in the life of a rollout of one instance, far beyond what crashes and engine restarts ask for. */
const attemptsMax = 12

function firstDifference(rollout: Rollout, facts: RolloutFacts, now: number): Step {
  if (rollout.stage === 'ended') return { kind: 'rest', rollout }
  if (isComposeFacts(facts)) return compose(rollout, facts, now)
  if (isServiceFacts(facts)) return service(rollout, facts, now)
  return rollout.procedure === 'create' ? create(rollout, facts, now) : replace(rollout, facts, now)
}

/** The rollout as it has to be durable before the effect of a step. */
export function attempt(rollout: Rollout, step: JournalStep, effect: EffectKind): Rollout {
  return { ...rollout, step, attempted: [...rollout.attempted, effect] }
}

/** What an effect that succeeded leaves to remember: the gate's time runs from the start. */
export function succeed(rollout: Rollout, effect: EffectKind, now: number): Rollout {
  if (effect === 'pull') return pulled(rollout)
  if (rollout.stage === 'back') return withoutBackWait(rollout, effect)
  if (!starting.has(effect) || rollout.stage !== 'forward') return rollout
  return { ...rollout, gateProgress: startGate(now, null) }
}

/** Whatever it waited for at its registry is over. */
const pulled = ({ registryWait: _wait, ...rollout }: Rollout): Rollout => rollout

/** Effects after which a new instance runs. */
const starting = new Set<EffectKind>(['start-new', 'restart-old', 'up', 'add', 'update-service'])

/** How an effect failed: by the candidate's own fault, or by that of the surroundings. */
export interface EffectFailure {
  readonly isCandidateAtFault: boolean
  readonly code: string
  readonly sentence: string
}

/** What is remembered of an effect that failed. */
export const noteFailed = (rollout: Rollout, effect: EffectKind): Rollout => ({
  ...rollout,
  failures: [...rollout.failures, effect],
})

/** What becomes of a rollout when an effect failed. */
export function fail(rollout: Rollout, effect: EffectKind, failure: EffectFailure, now: number): Rollout {
  const { isCandidateAtFault, ...reason } = failure
  if (isWaitedFor(rollout, effect)) return waitForBack(rollout, effect, reason, now)
  const failed = { ...noteFailed(rollout, effect), lastFailure: { effect, sentence: reason.sentence } }
  if (rollout.stage === 'forward') {
    // What was added was one more of a person's own.
    if (effect === 'add' && rollout.reason?.code === replacedByHand.code)
      return goBack(failed, 'superseded', replacedByHand).rollout
    if (isCandidateAtFault) return goBack(failed, 'rolled-back', reason, true).rollout
    // By its code, the next plan is made at once on the files as they are now.
    const isEdited = effect === 'edit' && reason.code === 'TARGET_CONFLICT'
    if (isEdited) return goBack(failed, 'superseded', { ...reason, code: editedByHand.code }).rollout
    if (decisive.has(effect)) return giveUp(failed, effect, reason, now)
  }
  return timesFailed(failed, effect) < triesMax ? failed : giveUp(failed, effect, reason, now)
}

/** An effect cannot be brought about. The way back has limits of its own for each. */
function giveUp(rollout: Rollout, effect: EffectKind, reason: Reason, now: number): Rollout {
  switch (rollout.stage) {
    case 'forward':
      return goBack(rollout, 'failed', reason).rollout
    case 'passed':
      return effect === 'arm-new' || effect === 'arm-dependants'
        ? end(rollout, now, notArmed(rollout, effect)).rollout
        : goBack(rollout, 'failed', reason).rollout
    case 'kept':
      return { ...rollout, stage: 'ended' }
    case 'back':
    case 'ended':
      return rollout
  }
}

/** Effects whose failure is an answer; the others are tried again after another look. */
const decisive = new Set<EffectKind>([
  'pull',
  'copy-old',
  'create',
  'create-dependants',
  'start-new',
  'restart-new',
  'edit',
  'up',
  'add',
])

function notArmed({ restart, name, dependants }: Rollout, effect: EffectKind): Partial<Rollout> {
  const isOwn = effect === 'arm-new'
  const what = isOwn ? 'its restart policy' : `the restart policies of its dependants ${namesOf(dependants)}`
  const command = isOwn ? `${restart} ${name}` : 'POLICY NAME'
  const sentence = `the new version is good, but ${what} could not be set; run: docker update --restart ${command}`
  return { outcome: 'needs-human', reason: { code: 'NEEDS_HUMAN', sentence } }
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

/** Whether stopping here would leave the workload, or what lives in it, without a running version. */
export function isBetweenVersions(rollout: Rollout): boolean {
  if (hasCutOff(rollout)) return true
  // What it lived in is gone before it is touched itself.
  if (isPart(rollout) && rollout.stage === 'forward' && rollout.gateProgress === null) return true
  if (rollout.stage === 'back') return hasTouchedOld(rollout)
  if (rollout.stage === 'passed') return rollout.order === 'start-first'
  if (rollout.stage !== 'forward' || !hasTouchedOld(rollout)) return false
  return rollout.gateProgress === null || isSetDown(rollout)
}

/** Whether dependants that ran have yet to be started with the new version. */
const isSetDown = (rollout: Rollout): boolean =>
  (rollout.dependants.some(({ wasRunning }) => wasRunning) && !hasAttempted(rollout, 'start-dependants')) ||
  ((rollout.composed ?? []).some(({ wasRunning }) => wasRunning) && !hasAttempted(rollout, 'up-dependants'))

/**
 * What the target will show after an effect that succeeded, without asking it. Null where only a look can tell, as after
 * all that Compose or an orchestrator does.
 */
export function foresee(facts: RolloutFacts, rollout: Rollout, effect: EffectKind): RolloutFacts | null {
  if (rollout.stage !== 'forward') return null
  if (effect === 'capture') return facts
  if (isComposeFacts(facts) || isServiceFacts(facts) || rollout.procedure === 'create') return null
  return foreseeReplace(facts, rollout, effect)
}
