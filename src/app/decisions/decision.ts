import type { Digest } from '../../image/digest.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { Definition } from '../../rollout/rollout.ts'
import type { DecisionState, Override } from '../../store/store.ts'

/** What should happen with one workload, and why. */
export interface Decision {
  readonly state: DecisionState
  readonly reason: Reason
  /** The digest that the policy chose; null when nothing is known. */
  readonly candidate: Digest | null
  /** The tag of `candidate`, where a policy chose one or the way back leads to one; absent where it is the followed one. */
  readonly candidateTag?: string
  /** What would be better than `candidate` if it were not kept back, and why it is; absent where nothing would. */
  readonly keptBack?: string
  /** Whether it runs `candidate`, and only waits for something better; absent where `state` tells. */
  readonly runsChosen?: true
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
  /** Ids of workloads that have to follow it by rollouts of their own; absent where none has. */
  readonly followedBy?: readonly string[]
  /** Ids of those that have to follow it, or are made again with one of them, and are not well now; absent where all are. */
  readonly unwell?: readonly string[]
  /** What is said beside it, at the end of its reason too; absent where there is nothing. */
  readonly note?: string
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
