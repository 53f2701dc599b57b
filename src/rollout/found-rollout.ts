import type { Rollout } from './rollout.ts'

/** An unfinished rollout that was found by the labels on the target, for when our state does not know it. */
export interface FoundRollout {
  readonly operation: string
  readonly workload: string
  /** The rollout as it was written on the new instance when that was created; null when it cannot be read. */
  readonly intent: Rollout | null
  /** Whether the instance that it replaces still exists. */
  readonly hasOld: boolean
  /** Whether another has begun since then, so that this one is over; absent where not. */
  readonly isOver?: boolean
}
