import type { ReplaceFacts } from '../facts.ts'
import { endFollowing, proveFollowed } from '../follow.ts'
import type { Rollout } from '../rollout.ts'
import { effect, end, hasAttempted, isUp, timesAttempted, triesMax, type Step } from '../step.ts'

/**
 * The rollout of a workload that lives in a container which was started again: the same instance is restarted and shows
 * that it runs. There is no other version to go back to, so what fails is told and tried again later.
 */
export function follow(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { old } = facts
  if (rollout.stage !== 'forward') return endFollowing(rollout, now)
  if (old === null) return end(rollout, now, { outcome: 'superseded', reason: removed })
  const isTouched = hasAttempted(rollout, 'restart-old')
  // With an error of the engine it was not stopped: it could not be started without the other.
  if (!isTouched && !isUp(old) && old.error === '') return end(rollout, now, { outcome: 'superseded', reason: stopped })
  if (facts.isBehind) {
    if (timesAttempted(rollout, 'restart-old') < triesMax) return effect(rollout, 'J4', 'restart-old')
    const sentence = `it could not be restarted; try: docker restart ${rollout.name}`
    return end(rollout, now, { outcome: 'failed', reason: { code: 'NO_EFFECT', sentence } })
  }
  return proveFollowed(rollout, old, stopped, now)
}

const removed = { code: 'REMOVED_BY_HAND', sentence: 'it was removed meanwhile' }

const stopped = { code: 'STOPPED_BY_HAND', sentence: 'it was stopped meanwhile' }
