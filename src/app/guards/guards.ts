import type { Guard } from './guard.ts'
import { backoff, quarantine, reversal } from './past-guards.ts'
import { everythingHeld, notifyOnly, paused } from './word-guards.ts'
import { builtHere, changedByHand, platform } from './workload-guards.ts'

/** In the order in which they are told: what a person has to do first comes first. */
export const guards: readonly Guard[] = [
  everythingHeld,
  changedByHand,
  builtHere,
  platform,
  quarantine,
  paused,
  reversal,
  notifyOnly,
  backoff,
]
