import { isPart } from './along-steps.ts'
import type { InstanceFacts, Reason } from './facts.ts'
import { judge, startGate } from './gate.ts'
import type { Rollout } from './rollout.ts'
import { change, end, isUp, type Step } from './step.ts'
import { excused, isExcused } from './unwell.ts'

/**
 * The last step of a workload that followed the one it lives in: it shows that it runs. There is no other version to go
 * back to, so what fails is told and tried again later.
 *
 * @param whenStopped what it is told as when a person stopped it meanwhile
 */
export function proveFollowed(rollout: Rollout, instance: InstanceFacts, whenStopped: Reason, now: number): Step {
  // It has only to be there again, and how long it stays is left to its policy, as before.
  if (isExcused(rollout) && !instance.stoppedByHand) {
    return end(rollout, now, { step: 'J8', outcome: 'succeeded', reason: excused })
  }
  if (rollout.gateProgress === null) {
    return change(rollout, rollout.step, { gateProgress: startGate(now, instance.startedAt) })
  }
  const { progress, verdict } = judge(rollout.gate, rollout.gateProgress, instance, rollout.restart, now)
  const looked = { ...rollout, gateProgress: progress }
  switch (verdict.kind) {
    case 'pending':
      return { kind: 'wait', rollout: looked, ms: verdict.againMs }
    case 'restart':
      // It has its owner's restart policy, so that is for the engine to do.
      return { kind: 'wait', rollout: looked, ms: 500 }
    case 'passed':
      return end(looked, now, { step: 'J8', outcome: 'succeeded', reason: verdict.reason })
    case 'failed': {
      // There is nothing that one which is brought back could go back to: it only has to be there.
      const isThere = isPart(rollout, 'back') && isUp(instance)
      return end(looked, now, { outcome: isThere ? 'succeeded' : 'failed', reason: verdict.reason })
    }
    case 'stopped-by-hand':
      return end(looked, now, { outcome: 'superseded', reason: whenStopped })
  }
}

/** It turned round: nothing was made that could be taken back. */
export function endFollowing(rollout: Rollout, now: number): Step {
  if (rollout.stage === 'ended') return { kind: 'rest', rollout }
  const outcome = rollout.outcome === null || rollout.outcome === 'rolled-back' ? 'failed' : rollout.outcome
  return end(rollout, now, { outcome, candidateAtFault: false })
}
