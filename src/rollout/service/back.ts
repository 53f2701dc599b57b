import { commandBack } from '../command-back.ts'
import type { ServiceFacts } from '../facts.ts'
import { startGate } from '../gate.ts'
import { afterRollback, beforeRollback } from '../hook-steps.ts'
import type { Rollout } from '../rollout.ts'
import {
  backTriesMax,
  canTry,
  change,
  effect,
  end,
  hasAttempted,
  needsHuman,
  timesAttempted,
  type Step,
} from '../step.ts'
import { isBusy } from './busy.ts'
import { changedByHand, removedByHand } from './by-hand.ts'
import { paceOf } from './pace.ts'
import { jobStays } from './prove-job.ts'
import { memoryOf } from './remember.ts'

/** R: the service is told the old version again, unless its orchestrator has done that by itself, and is followed there. */
export function back(rollout: Rollout, facts: ServiceFacts, now: number): Step {
  // What was never heard left nothing to take back, and what goes on there is its owner's affair.
  if (!hasAttempted(rollout, 'update-service') || rollout.outcome === 'abandoned') return end(rollout, now)
  if (facts.told === null) return end(rollout, now, { outcome: 'superseded', reason: removedByHand })
  if (facts.told === 'other') return end(rollout, now, { outcome: 'superseded', reason: changedByHand })
  if (facts.job !== null) {
    const { code = 'NEEDS_HUMAN', sentence = '' } = rollout.reason ?? {}
    return end(rollout, now, { reason: { code, sentence: `${sentence}; ${jobStays}` } })
  }
  const hook = beforeRollback(rollout, facts.running > 0, now)
  if (hook !== null) return hook
  if (facts.told === 'after') return tell(rollout, facts, now)
  if (isHalted(facts) && (isServed(rollout, facts) || facts.isDisturbed) && canTryBack(rollout)) {
    // Told the same again it goes on: what ended with a machine says nothing of the version, and where all run nothing
    // is left to say. Left as it is, no later version could be told.
    return revert(rollout)
  }
  if (isHalted(facts) && timesAttempted(rollout, 'revert-service') === 1) {
    // Nodes sign in with what they were given long ago; told again, they get the credentials that we have now.
    return revert(rollout)
  }
  if (isServed(rollout, facts)) return afterRollback(rollout, now) ?? end(rollout, now)
  return follow(rollout, facts, now)
}

/** It says the candidate: for the first time, or since its orchestrator took our way back for an update that failed. */
function tell(rollout: Rollout, facts: ServiceFacts, now: number): Step {
  if (facts.update === 'returning') {
    const waiting = whileItMoves(rollout, facts, now)
    if (waiting !== null) return waiting
  }
  if (canTryBack(rollout)) return revert(rollout)
  return needsHuman(rollout, now, `the old version could not be brought back; try: ${commandBack(rollout)}`)
}

const canTryBack = (rollout: Rollout): boolean => canTry(rollout, 'revert-service', backTriesMax)

const revert = (rollout: Rollout): Step => effect({ ...rollout, checkProgress: null }, 'R', 'revert-service')

const isHalted = ({ update }: ServiceFacts): boolean => update === 'return-paused' || update === 'paused'

/** Whether as much of the old version runs as before. What never ran would keep its Swarm at work for good. */
function isServed(rollout: Rollout, facts: ServiceFacts): boolean {
  const enough = Math.min(facts.wanted, memoryOf(rollout).ranBefore)
  return facts.running >= enough && (enough < facts.wanted || !isBusy(facts))
}

/** Waits for as long as instances of the old version keep starting. */
function follow(rollout: Rollout, facts: ServiceFacts, now: number): Step {
  if (isHalted(facts)) {
    const sentence = `its Swarm paused the way back (${facts.message}); try: ${commandBack(rollout)}`
    return needsHuman(rollout, now, sentence)
  }
  const waiting = whileItMoves(rollout, facts, now)
  if (waiting !== null) return waiting
  const trouble = facts.trouble === null ? '' : ` (${facts.trouble})`
  const many = `${facts.running} of ${facts.wanted} run the old version${trouble}`
  return needsHuman(rollout, now, `${many}, and no more of them start; look at: docker service ps ${rollout.name}`)
}

/** Null once no further instance has started for longer than its owner gives a step. */
function whileItMoves(rollout: Rollout, facts: ServiceFacts, now: number): Step | null {
  const { checkProgress } = rollout
  if (checkProgress === null || checkProgress.instanceStartedAt !== facts.latestStart) {
    return change(rollout, 'R', { checkProgress: startGate(now, facts.latestStart) })
  }
  const waitMs = rollout.gate.deadlineMs + paceOf(facts)
  return now - checkProgress.startedAt < waitMs ? { kind: 'wait', rollout, ms: 500 } : null
}
