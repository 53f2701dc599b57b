import type { Digest } from '../image/digest.ts'
import type { Reason } from '../rollout/facts.ts'
import type { DecisionState } from '../store/store.ts'

/** What should happen with one workload, and why. */
export interface Decision {
  readonly state: DecisionState
  readonly reason: Reason
  /** The digest that the policy chose; null when nothing is known. */
  readonly candidate: Digest | null
  /** Whether a rollout to `candidate` is to begin now. */
  readonly isRolloutDue: boolean
  /** When it may be decided otherwise although nothing changes; null when only a change can do that. */
  readonly againInMs: number | null
}

export const decision = (
  state: DecisionState,
  code: string,
  sentence: string,
  candidate: Digest | null = null,
): Decision => ({ state, reason: { code, sentence }, candidate, isRolloutDue: false, againInMs: null })
