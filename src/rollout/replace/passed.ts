import { bringAlong, isPart } from '../along-steps.ts'
import type { InstanceFacts, Reason, ReplaceFacts } from '../facts.ts'
import { judge, startGate, type Gate } from '../gate.ts'
import { afterRollout } from '../hook-steps.ts'
import { previousName } from '../names.ts'
import { policyRestarts } from '../restart-policy.ts'
import type { EffectKind, Rollout } from '../rollout.ts'
import { change, effect, end, goBack, hasAttempted, hasCompleted, isUp, timesAttempted, triesMax } from '../step.ts'
import type { Step } from '../step.ts'
import { armDependants, leaveUnwell, removeOldDependants, startDependants } from './dependants.ts'
import { followComposed } from './composed.ts'
import { isCopyLeft } from './copied-old.ts'
import { keptMs, vanished } from './removes-itself.ts'
import { isLeftStopped } from '../left-stopped.ts'
import { stoppedAtGate } from '../stopped-at-gate.ts'
import { isExcused } from '../unwell.ts'

/** From the verdict of the gate to the new version standing alone. */
export function passed(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { old, new: fresh } = facts
  if (fresh === null) return vanished(rollout, facts, now) ?? goBack(rollout, 'superseded', gone)
  const isDown = !isUp(fresh) && !hasCompleted(rollout, fresh) && !isLeftStopped(rollout)
  if (isDown && !isExcused(rollout)) return startAgain(rollout, fresh, now)
  if (rollout.order === 'start-first') {
    const step = switchOver(rollout, old, fresh, now)
    if (step !== null) return step
  }
  const set = settleDependants(rollout, facts, fresh)
  if (set !== null) return set
  if (fresh.restart !== rollout.restart) return effect(rollout, 'J8', 'arm-new')
  // The engine goes on with it by its policy, as it did before.
  if (isDown && isStartDue(rollout, fresh)) return effect(rollout, 'J8', 'start-new')
  const next = bringAlong(rollout) ?? afterRollout(rollout, now)
  if (next !== null) return next
  const keepUntil = new Date(now + keptMs(rollout)).toISOString()
  return change(rollout, 'J8', { stage: 'kept', outcome: 'succeeded', keepUntil, endedAt: new Date(now).toISOString() })
}

/** Whether what was not well before has yet to be started with its policy, and is not left down by a person. */
const isStartDue = ({ attempted, restart }: Rollout, { stoppedByHand, exitCode }: InstanceFacts): boolean =>
  !stoppedByHand &&
  policyRestarts(restart, exitCode) &&
  attempted.lastIndexOf('start-new') < attempted.lastIndexOf('arm-new')

/** J8, later: the old instance goes once its time is over. */
export function kept(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { old, new: fresh } = facts
  if (rollout.keepUntil !== null && now < Date.parse(rollout.keepUntil)) return { kind: 'rest', rollout }
  if (isCopyLeft(rollout, { ...facts, old: null })) return effect(rollout, 'J8', 'remove-copy')
  const dependants = fresh === null || isUp(fresh) ? removeOldDependants(rollout, facts) : null
  if (dependants !== null) return dependants
  // Started by hand, or renamed: somebody wants it. Without the new one no label proves that it was replaced (I8).
  const isOurs = old !== null && !isUp(old) && old.name === previousName(rollout.name)
  if (!isOurs || fresh === null) return change(rollout, 'J8', { stage: 'ended' })
  if (!isUp(fresh) && !isLeftStopped(rollout)) return { kind: 'rest', rollout }
  return effect(rollout, 'J8', 'remove-old')
}

/** What ended with a restart of the engine runs again; then they are armed, before what says that all is done. */
function settleDependants(rollout: Rollout, facts: ReplaceFacts, fresh: InstanceFacts): Step | null {
  if ((facts.dependants ?? []).length + (facts.composed ?? []).length === 0) return null
  const starting = isUp(fresh) ? (startDependants(rollout, facts) ?? followComposed(rollout, facts)) : null
  return starting ?? armDependants(rollout, facts) ?? (isUp(fresh) ? leaveUnwell(rollout, facts) : null)
}

/** Start-first, J6 and J7: names and aliases move to the new version, then the old one ends. Null when done. */
function switchOver(rollout: Rollout, old: InstanceFacts | null, fresh: InstanceFacts, now: number): Step | null {
  // Before the renames, so that the workload's names are answered throughout; again after them where that is needed.
  if (!fresh.connected) return effect(rollout, 'J6', 'connect-new')
  if (old !== null && isUp(fresh) && !afterSecondLook.some((each) => hasAttempted(rollout, each))) {
    const step = checkAgain(rollout, fresh, now)
    if (step !== null) return step
  }
  if (old !== null && old.name === rollout.name) return effect(rollout, 'J6', 'rename-old')
  if (fresh.name !== rollout.name) return effect(rollout, 'J6', 'rename-new')
  if (old === null) return null
  // Once: without it a few requests may be refused, which is no reason to keep two versions running.
  if (old.status === 'running' && !hasAttempted(rollout, 'withdraw-old')) return effect(rollout, 'J7', 'withdraw-old')
  if (old.restart !== 'no') return effect(rollout, 'J7', 'disarm-old')
  return isUp(old) ? effect(rollout, 'J7', 'stop-old') : null
}

const afterSecondLook: readonly EffectKind[] = ['rename-old', 'withdraw-old', 'disarm-old', 'stop-old']

/**
 * A short second look, while both answer to the workload's names: being connected anew must not have hurt it.
 * Null when it is well.
 */
function checkAgain(rollout: Rollout, fresh: InstanceFacts, now: number): Step | null {
  if (rollout.checkProgress === null) {
    return change(rollout, 'J6', { checkProgress: startGate(now, fresh.startedAt) })
  }
  const { progress, verdict } = judge(shortGate(rollout.gate), rollout.checkProgress, fresh, 'no', now)
  const looked = { ...rollout, checkProgress: progress }
  if (verdict.kind === 'pending') return { kind: 'wait', rollout: looked, ms: verdict.againMs }
  if (verdict.kind === 'failed') return goBack(looked, 'rolled-back', verdict.reason, true)
  // The old one serves, and goes on doing so.
  if (verdict.kind === 'stopped-by-hand') return goBack(looked, 'superseded', stoppedAtGate(fresh))
  return null
}

/**
 * The engine tells names before it has put up the interface, so the first question of a neighbour for its address may
 * be lost, and Linux asks again after a second (`retrans_time_ms`). Until then the old one has to answer to the names too.
 */
const secondLookMs = 1200

const shortGate = (gate: Gate): Gate => ({ ...gate, stableMs: secondLookMs, minUptimeMs: secondLookMs })

/**
 * It passed and then ended. While it is not armed yet the engine does not bring it back, as after a restart of the
 * engine, so we do what the user's policy asks for.
 */
export function startAgain(rollout: Rollout, fresh: InstanceFacts, now: number): Step {
  if (fresh.stoppedByHand && fresh.name === rollout.name) {
    const reason = { code: 'STOPPED_BY_HAND', sentence: 'the new version was stopped by hand during the switch' }
    if (fresh.restart !== rollout.restart) return effect(rollout, 'J8', 'arm-new')
    return end(rollout, now, { outcome: 'superseded', reason })
  }
  const isWanted = policyRestarts(rollout.restart, fresh.exitCode)
  if (isWanted && timesAttempted(rollout, 'start-new') <= triesMax) return effect(rollout, rollout.step, 'start-new')
  const sentence = `it passed its gate and then ended with exit code ${fresh.exitCode}`
  if (isPart(rollout, 'back')) return leaveAsItIs(rollout, fresh, { code: 'GATE_EXITED', sentence }, now)
  return goBack(rollout, 'rolled-back', { code: 'GATE_EXITED', sentence }, true)
}

/** What it was before lived in what is not there any more, so there is nothing that it could go back to. */
function leaveAsItIs(rollout: Rollout, fresh: InstanceFacts, reason: Reason, now: number): Step {
  if (fresh.restart !== rollout.restart) return effect(rollout, 'J8', 'arm-new')
  return end(rollout, now, { outcome: 'failed', reason })
}

const gone = { code: 'REMOVED_BY_HAND', sentence: 'the new version was removed meanwhile' }
