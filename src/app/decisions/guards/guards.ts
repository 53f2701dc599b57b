import type { Guard } from './guard.ts'
import { postponed } from './hook-guards.ts'
import { backoff, networkLost, quarantine, reversal } from './past-guards.ts'
import { braked, groupStopped, massChange } from './target-guards.ts'
import { everythingHeld, notifyOnly, paused } from './word-guards.ts'
import { builtHere, changedByHand, jobRunning, outOfReach, platform, putBackByHand } from './workload-guards.ts'

/** In the order in which they are told: what a person has to do first comes first. */
export const guards: readonly Guard[] = [
  everythingHeld,
  changedByHand,
  putBackByHand,
  networkLost,
  builtHere,
  outOfReach,
  platform,
  quarantine,
  paused,
  reversal,
  notifyOnly,
  braked,
  groupStopped,
  postponed,
  backoff,
  jobRunning,
  massChange,
]

/** For following a container that it uses: no other image comes of it, so only what people said counts. */
export const followGuards: readonly Guard[] = [everythingHeld, changedByHand, paused, notifyOnly]

/** For the way back of a group: it began because of the others, and leads to what ran here before. */
export const takeBackGuards: readonly Guard[] = [
  everythingHeld,
  changedByHand,
  putBackByHand,
  networkLost,
  builtHere,
  quarantine,
  paused,
  notifyOnly,
  postponed,
  backoff,
]
