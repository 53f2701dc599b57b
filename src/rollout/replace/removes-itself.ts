import type { InstanceFacts, ReplaceFacts } from '../facts.ts'
import type { Rollout } from '../rollout.ts'
import {
  change,
  effect,
  goBack,
  hasAttempted,
  hasCompleted,
  isUp,
  timesAttempted,
  triesMax,
  type Step,
} from '../step.ts'

/** Whether stopping the old version removes it, so that a copy of it has to be there before that. */
export const needsCopy = ({ removesItself, stopped }: Rollout): boolean => removesItself && stopped === null

/** J3: a copy, durable before the old version is touched. Null when done, and for all other workloads. */
export function copyFirst(rollout: Rollout, facts: ReplaceFacts): Step | null {
  if (!needsCopy(rollout)) return null
  if (facts.copy != null) return null
  if (timesAttempted(rollout, 'copy-old') < triesMax) return effect(rollout, 'J3', 'copy-old')
  return goBack(rollout, 'superseded', { code: 'REMOVED_BY_HAND', sentence: 'the copy to go back to was removed' })
}

/** J4: the old version is stopped and has removed itself. Null when done, and for all other workloads. */
export function endOld(rollout: Rollout, { old }: ReplaceFacts): Step | null {
  if (!needsCopy(rollout) || old?.id !== rollout.oldInstance) return null
  return effect(rollout, 'J4', 'stop-old')
}

/** So long an engine may take to remove what has ended; it takes some ten milliseconds where it has nothing else to do. */
const leavingMaxMs = 10_000

/**
 * The new version ended and is gone, or about to go, as it was made to: what the engine remembers of its end decides.
 * Null for all others.
 */
export function vanished(rollout: Rollout, facts: ReplaceFacts, now: number): Step | null {
  if (!rollout.removesItself || !hasAttempted(rollout, 'start-new')) return null
  if (facts.new !== null) return isLeaving(facts.new, now) ? { kind: 'wait', rollout, ms: 50 } : null
  const { vanished: end = null } = facts
  if (end === null) {
    return goBack(rollout, 'failed', { code: 'VANISHED', sentence: 'it ended and removed itself; how is not known' })
  }
  if (end.stoppedByHand) {
    const reason = { code: 'STOPPED_BY_HAND', sentence: 'the new version was stopped by hand, which removed it' }
    return clearUp(rollout, now, { outcome: 'superseded', reason })
  }
  if (hasCompleted(rollout, end)) {
    const reason = { code: 'GATE_COMPLETED', sentence: 'it ran to its end with exit code 0 and removed itself' }
    return clearUp(rollout, now, { outcome: 'succeeded', reason })
  }
  const sentence = `it ended with exit code ${end.exitCode} and removed itself`
  return goBack(rollout, 'rolled-back', { code: 'GATE_EXITED', sentence }, true)
}

const isLeaving = (fresh: InstanceFacts, now: number): boolean =>
  !isUp(fresh) && fresh.finishedAt !== null && Math.abs(now - Date.parse(fresh.finishedAt)) < leavingMaxMs

/** How long the old version is kept: a copy of what was to leave nothing behind is not. */
export const keptMs = ({ removesItself, keepOldMs }: Rollout): number => (removesItself ? 0 : keepOldMs)

const clearUp = (rollout: Rollout, now: number, end: Pick<Rollout, 'outcome' | 'reason'>): Step => {
  const at = new Date(now).toISOString()
  return change(rollout, 'J8', { ...end, stage: 'kept', keepUntil: at, endedAt: at })
}
