import type { ServiceFacts } from '../facts.ts'
import type { Rollout } from '../rollout.ts'
import { canTry, effect, goBack, timesAttempted, timesFailed, whyNot, type Step } from '../step.ts'
import { busyWith } from './busy.ts'
import { returnedByHand } from './by-hand.ts'
import { isToBlame } from './prove.ts'

/** It was heard, and says the old version again: its orchestrator, a person or another of us took it back. */
export function takenBack(rollout: Rollout, facts: ServiceFacts): Step {
  const { failures, hasRun, trouble } = facts
  if (facts.hasReturnedItself) {
    const isAtFault = isToBlame(facts)
    const reason = { code: 'GATE_EXITED', sentence: `its Swarm took it back${saying(facts)}` }
    return goBack(rollout, isAtFault ? 'rolled-back' : 'failed', reason, isAtFault)
  }
  if (!hasRun) return goBack(rollout, 'superseded', returnedByHand)
  // Whoever it was, what they saw of it was seen here as well: told again, it would be taken back again.
  const ends = `${failures} of its instances ${failures === 1 ? 'ended' : 'had ended'}`
  const sentence = `it was taken back after ${ends}${trouble === null ? '' : `; ${trouble}`}`
  return goBack(rollout, 'rolled-back', { code: 'GATE_EXITED', sentence }, true)
}

/** What it was about to be told it does not say, and was never seen to. */
export function unheard(rollout: Rollout, facts: ServiceFacts): Step {
  const busy = busyWith(facts)
  if (busy !== null) return goBack(rollout, 'abandoned', busy)
  if (timesAttempted(rollout, 'update-service') > timesFailed(rollout, 'update-service')) {
    // Nobody knows for how long we were away: by now something else may be wanted.
    const sentence = 'longshore was stopped, or lost its engine, before the service was told anything'
    return goBack(rollout, 'abandoned', { code: 'INTERRUPTED', sentence })
  }
  if (canTry(rollout, 'update-service')) return effect(rollout, 'J4', 'update-service')
  const why = whyNot(rollout, 'update-service')
  return goBack(rollout, 'failed', { code: 'NO_EFFECT', sentence: `the service does not take the new version${why}` })
}

const saying = ({ message, trouble }: ServiceFacts): string =>
  [message, trouble].flatMap((each) => (each === null || each === '' ? [] : `: ${each}`)).join('')
