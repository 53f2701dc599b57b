import type { DecideInput } from '../decisions/decide-input.ts'
import type { Decision } from '../decisions/decision.ts'
import { guarded } from '../decisions/guarded.ts'
import { takeBackGuards } from '../decisions/guards/guards.ts'
import { revisionsOf } from '../rollouts/revisions.ts'
import { runsDigest } from '../workloads/running-image.ts'

/**
 * The way back of a workload whose group is atomic, once another that went with it has failed; null where it has none
 * to go. What it goes back to ran here before, so no registry is asked and no policy selects.
 */
export function decideTakeBack(input: DecideInput): Decision | null {
  const back = input.group?.takeBack ?? null
  if (back === null || back.from === back.to) return null
  if (!runsDigest(input.workload, input.reference, back.from, null)) return null
  const decided = guarded(input, back.to, { code: 'TAKE_BACK', sentence: back.sentence }, takeBackGuards)
  // What it ran before may have gone by another tag.
  const tag = revisionsOf(input.rollouts).find(({ digest }) => digest === back.to)?.tag
  return tag === undefined ? decided : { ...decided, candidateTag: tag }
}
