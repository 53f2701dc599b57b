import type { InstanceFacts, ReplaceFacts } from '../facts.ts'
import { judge, startGate, type Gate } from '../gate.ts'
import { previousName } from '../names.ts'
import { policyRestarts } from '../restart-policy.ts'
import type { Rollout } from '../rollout.ts'
import { change, effect, end, goBack, hasAttempted, hasCompleted, isUp, timesAttempted, triesMax } from '../step.ts'
import type { Step } from '../step.ts'

/** From the verdict of the gate to the new version standing alone. */
export function passed(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { old, new: fresh } = facts
  if (fresh === null) return goBack(rollout, 'superseded', gone)
  if (!isUp(fresh) && !hasCompleted(rollout, fresh)) return startAgain(rollout, fresh, now)
  if (rollout.order === 'start-first') {
    const step = switchOver(rollout, old, fresh, now)
    if (step !== null) return step
  }
  if (fresh.restart !== rollout.restart) return effect(rollout, 'J8', 'arm-new')
  const keepUntil = new Date(now + rollout.keepOldMs).toISOString()
  return change(rollout, 'J8', { stage: 'kept', outcome: 'succeeded', keepUntil, endedAt: new Date(now).toISOString() })
}

/** J8, later: the old instance goes once its time is over. */
export function kept(rollout: Rollout, { old, new: fresh }: ReplaceFacts, now: number): Step {
  if (rollout.keepUntil !== null && now < Date.parse(rollout.keepUntil)) return { kind: 'rest', rollout }
  // Started by hand, or renamed: somebody wants it. Without the new one no label proves that it was replaced (I8).
  const isOurs = old !== null && !isUp(old) && old.name === previousName(rollout.name)
  if (!isOurs || fresh === null) return change(rollout, 'J8', { stage: 'ended' })
  if (!isUp(fresh)) return { kind: 'rest', rollout }
  return effect(rollout, 'J8', 'remove-old')
}

/** Start-first, J6 and J7: names and aliases move to the new version, then the old one ends. Null when done. */
function switchOver(rollout: Rollout, old: InstanceFacts | null, fresh: InstanceFacts, now: number): Step | null {
  // Before the renames, so that the workload's names are answered throughout; again after them where that is needed.
  if (!fresh.connected) return effect(rollout, 'J6', 'connect-new')
  if (old !== null && old.name === rollout.name) return effect(rollout, 'J6', 'rename-old')
  if (fresh.name !== rollout.name) return effect(rollout, 'J6', 'rename-new')
  if (old === null) return null
  if (isUp(fresh) && !hasAttempted(rollout, 'disarm-old') && !hasAttempted(rollout, 'stop-old')) {
    const step = checkAgain(rollout, fresh, now)
    if (step !== null) return step
  }
  if (old.restart !== 'no') return effect(rollout, 'J7', 'disarm-old')
  return isUp(old) ? effect(rollout, 'J7', 'stop-old') : null
}

/** A short second look: moving names and aliases must not have hurt it. Null when it is well. */
function checkAgain(rollout: Rollout, fresh: InstanceFacts, now: number): Step | null {
  if (rollout.checkProgress === null) {
    return change(rollout, 'J6', { checkProgress: startGate(now, fresh.startedAt) })
  }
  const { progress, verdict } = judge(shortGate(rollout.gate), rollout.checkProgress, fresh, 'no', now)
  const looked = { ...rollout, checkProgress: progress }
  if (verdict.kind === 'pending') return { kind: 'wait', rollout: looked, ms: verdict.againMs }
  if (verdict.kind === 'failed') return goBack(looked, 'rolled-back', verdict.reason, true)
  return null
}

const shortGate = (gate: Gate): Gate => ({
  ...gate,
  stableMs: Math.min(gate.stableMs, 1000),
  minUptimeMs: Math.min(gate.minUptimeMs, 1000),
})

/**
 * It passed and then ended. While it is not armed yet the engine does not bring it back, as after a restart of the
 * engine, so we do what the user's policy asks for.
 */
function startAgain(rollout: Rollout, fresh: InstanceFacts, now: number): Step {
  if (fresh.stoppedByHand && fresh.name === rollout.name) {
    const reason = { code: 'STOPPED_BY_HAND', sentence: 'the new version was stopped by hand during the switch' }
    if (fresh.restart !== rollout.restart) return effect(rollout, 'J8', 'arm-new')
    return end(rollout, now, { outcome: 'superseded', reason })
  }
  const isWanted = policyRestarts(rollout.restart, fresh.exitCode)
  if (isWanted && timesAttempted(rollout, 'start-new') <= triesMax) return effect(rollout, rollout.step, 'start-new')
  const sentence = `it passed its gate and then ended with exit code ${fresh.exitCode}`
  return goBack(rollout, 'rolled-back', { code: 'GATE_EXITED', sentence }, true)
}

const gone = { code: 'REMOVED_BY_HAND', sentence: 'the new version was removed meanwhile' }
