import type { Reason, ServiceFacts } from '../facts.ts'
import { beforeRollout } from '../hook-steps.ts'
import type { Rollout } from '../rollout.ts'
import { change, effect, end, goBack, hasAttempted, isUncaptured, type Step } from '../step.ts'
import { changedByHand, removedByHand } from './by-hand.ts'
import { busyWith } from './busy.ts'
import { proveService } from './prove.ts'
import { memoryOf, remember } from './remember.ts'
import { takenBack, unheard } from './taken-back.ts'

/** J1 to the verdict of the gate: the service is told once, and then followed. */
export function forward(rollout: Rollout, facts: ServiceFacts, now: number): Step {
  if (!hasAttempted(rollout, 'update-service')) return prepare(rollout, facts, now)
  switch (facts.told) {
    case null:
      return goBack(rollout, 'superseded', removedByHand)
    case 'other':
      return end(rollout, now, { outcome: 'superseded', reason: changedByHand })
    case 'before':
      return wasHeard(rollout) ? takenBack(rollout, facts) : unheard(rollout, facts)
    case 'after':
      return remember(rollout, facts) ?? proveService(rollout, facts, now)
  }
}

/** J1 to J3: nothing is touched. The nodes pull by themselves. */
function prepare(rollout: Rollout, facts: ServiceFacts, now: number): Step {
  const takeover = takenOver(facts)
  if (takeover !== null) return goBack(rollout, 'superseded', takeover)
  if (facts.candidateImage !== rollout.toImage) {
    const service = {
      ranBefore: facts.running,
      isJob: facts.job !== null,
      toldAt: null,
      running: 0,
      wanted: facts.wanted,
    }
    return change(rollout, 'J1', { toImage: facts.candidateImage, service })
  }
  if (isUncaptured(rollout)) return effect(rollout, 'J2', 'capture')
  const hook = beforeRollout(rollout, now)
  if (hook !== null) return hook
  const busy = busyWith(facts)
  return busy === null ? effect(rollout, 'J4', 'update-service') : goBack(rollout, 'abandoned', busy)
}

/** What a person or another tool did before we told it anything; their word stands. */
function takenOver({ told }: ServiceFacts): Reason | null {
  if (told === null) return removedByHand
  return told === 'before' ? null : changedByHand
}

/** Whether it was seen to say the candidate, or an answer said that it was told. */
const wasHeard = (rollout: Rollout): boolean => memoryOf(rollout).toldAt !== null || rollout.gateProgress !== null
