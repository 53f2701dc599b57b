import type { Digest } from '../image/digest.ts'
import type { Reason } from '../rollout/facts.ts'
import type { Definition } from '../rollout/rollout.ts'
import type { DecisionState, Override } from '../store/store.ts'

/** What should happen with one workload, and why. */
export interface Decision {
  readonly state: DecisionState
  readonly reason: Reason
  /** The digest that the policy chose; null when nothing is known. */
  readonly candidate: Digest | null
  /** Whether a rollout to `candidate` is to begin now. */
  readonly isRolloutDue: boolean
  /** What the rollout that is due would edit; null where it edits nothing. */
  readonly definition: Definition | null
  /** The person's word that has been done, or has failed, and ends with this decision; mostly null. */
  readonly endsOverride: Override | null
  /** The pin that holds again, since the word that took its place has failed; mostly null. */
  readonly restoresPin: Override | null
  /** When it may be decided otherwise although nothing changes; null when only a change can do that. */
  readonly againInMs: number | null
  /** Ids of workloads of another kind that have to follow it by rollouts of their own; absent where none has. */
  readonly followedBy?: readonly string[]
  /** Id of the workload of its set whose rollout is under way; absent while none is. */
  readonly waitsFor?: string
}

export const decision = (
  state: DecisionState,
  code: string,
  sentence: string,
  candidate: Digest | null = null,
): Decision => ({
  state,
  reason: { code, sentence },
  candidate,
  isRolloutDue: false,
  definition: null,
  endsOverride: null,
  restoresPin: null,
  againInMs: null,
})
