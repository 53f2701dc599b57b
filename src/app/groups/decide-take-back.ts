import type { DecideInput } from '../decide-input.ts'
import type { Decision } from '../decision.ts'
import { guarded } from '../guarded.ts'
import { takeBackGuards } from '../guards/guards.ts'
import { runsDigest } from '../running-image.ts'

/**
 * The way back of a workload whose group is atomic, once another that went with it has failed; null where it has none
 * to go. What it goes back to ran here before, so no registry is asked and no policy selects.
 */
export function decideTakeBack(input: DecideInput): Decision | null {
  const back = input.group?.takeBack ?? null
  if (back === null || back.from === back.to) return null
  if (!runsDigest(input.workload, input.reference, back.from, null)) return null
  return guarded(input, back.to, { code: 'TAKE_BACK', sentence: back.sentence }, takeBackGuards)
}
