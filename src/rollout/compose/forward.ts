import type { ComposeFacts, Reason } from '../facts.ts'
import { beforeRollout } from '../hook-steps.ts'
import type { Rollout } from '../rollout.ts'
import { change, effect, goBack, hasTouchedOld, isPaused, isUncaptured, isUp, type Step } from '../step.ts'
import { editedByHand, removedByHand, replacedByHand } from './by-hand.ts'
import { needsEdit } from './edit.ts'
import { roll } from './roll.ts'
import { stoppedMeanwhile, takenOverStopped } from './stopped.ts'

/** J1 to the verdict of the gate. */
export function forward(rollout: Rollout, facts: ComposeFacts, now: number): Step {
  return prepare(rollout, facts, now) ?? roll(rollout, facts, now)
}

/** J1 to J3: everything that leaves the running version alone. Null when done. */
function prepare(rollout: Rollout, facts: ComposeFacts, now: number): Step | null {
  if (hasTouchedOld(rollout)) return null
  const takeover = takenOver(rollout, facts)
  if (takeover) return goBack(rollout, 'superseded', takeover)
  if (facts.candidateImage === null) return effect(rollout, 'J1', 'pull')
  if (facts.candidateImage !== rollout.toImage) return change(rollout, 'J1', { toImage: facts.candidateImage })
  if (!facts.isProtected) return effect(rollout, 'J1', 'protect')
  if (isUncaptured(rollout)) return effect(rollout, 'J2', 'capture')
  // Before the file of its owner says anything else.
  const hook = beforeRollout(rollout, now)
  if (hook !== null) return hook
  if (facts.definition === 'other') return goBack(rollout, 'superseded', editedByHand)
  if (needsEdit(rollout) && facts.definition === 'before') return effect(rollout, 'J3', 'edit')
  return facts.tagImage === rollout.toImage ? null : effect(rollout, 'J3', 'move-tag')
}

/** What a person or another tool did before we touched the running version; their word stands. */
function takenOver(rollout: Rollout, { olds, news }: ComposeFacts): Reason | null {
  const all = [...olds, ...news]
  if (all.length === 0) return removedByHand
  if (!olds.some(({ id }) => id === rollout.oldInstance)) {
    return replacedByHand
  }
  if (all.length !== rollout.scale) return scaledByHand
  if (all.some(isPaused)) return pausedByHand
  if (rollout.stopped !== null) return takenOverStopped(rollout, olds)
  return olds.every(isUp) ? null : stoppedMeanwhile
}

const pausedByHand: Reason = { code: 'PAUSED_BY_HAND', sentence: 'it was paused meanwhile' }
const scaledByHand: Reason = { code: 'SCALED_BY_HAND', sentence: 'the service was scaled meanwhile' }
