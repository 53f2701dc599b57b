import type { InstanceFacts, Reason, ReplaceFacts } from '../facts.ts'
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
  if (wasStopped(rollout, old)) return end(rollout, now, { outcome: 'superseded', reason: stopped })
  if (facts.isBehind) {
    if (timesAttempted(rollout, 'restart-old') < triesMax) {
      const ending = old.startedAt === null ? rollout : { ...rollout, endedRun: old.startedAt }
      return effect(ending, 'J4', 'restart-old')
    }
    const sentence = `it could not be restarted; try: docker restart ${rollout.name}`
    return end(isUp(old) ? withoutEndedRun(rollout) : rollout, now, {
      outcome: 'failed',
      reason: { code: 'NO_EFFECT', sentence },
    })
  }
  // It is remembered that we stopped it, so the next look at the workload starts it once it can run.
  if (isYetToStart(rollout, old)) return end(rollout, now, { outcome: 'failed', reason: providerStopped(rollout) })
  return proveFollowed(rollout, old, stopped, now)
}

/** The run that was to end goes on, so whoever ends it later is not us. */
const withoutEndedRun = ({ endedRun: _goesOn, ...rollout }: Rollout): Rollout => rollout

/** Whether a person stopped it. With an error of the engine it was not stopped: it could not be started without the other. */
function wasStopped(rollout: Rollout, old: InstanceFacts): boolean {
  if (isUp(old)) return false
  if (hasAttempted(rollout, 'restart-old')) return old.stoppedByHand
  return old.error === '' && rollout.follows?.isDownByUs !== true
}

/** Whether it is down, and that run has yet to begin which the restart was for. */
const isYetToStart = (rollout: Rollout, old: InstanceFacts): boolean =>
  !isUp(old) && (!hasAttempted(rollout, 'restart-old') || old.startedAt === null || old.startedAt === rollout.endedRun)

function providerStopped({ follows }: Rollout): Reason {
  const name = follows?.provider ?? 'what it lives in'
  const sentence = `${name} went down again before it could be started; it is started once ${name} runs`
  return { code: 'PROVIDER_STOPPED', sentence }
}

const removed = { code: 'REMOVED_BY_HAND', sentence: 'it was removed meanwhile' }

const stopped = { code: 'STOPPED_BY_HAND', sentence: 'it was stopped meanwhile' }
