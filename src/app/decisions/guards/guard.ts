import type { Digest } from '../../../image/digest.ts'
import type { DecisionState } from '../../../store/store.ts'
import type { TargetStanding } from '../../brake/target-standing.ts'
import type { DecideInput } from '../decide-input.ts'

export interface Held {
  readonly state: DecisionState
  readonly code: string
  readonly sentence: string
  /** For what time alone lifts. */
  readonly againInMs?: number
}

/** A reason not to roll out a candidate that differs from what runs; null when there is none. */
export type Guard = (input: DecideInput, candidate: Digest) => Held | null

/** One that looks at what the state alone tells, and so may be asked of a rollout that has begun. */
export type StandingGuard = (input: Standing, candidate: Digest) => Held | null

type Standing = Pick<
  DecideInput,
  'hold' | 'quarantines' | 'override' | 'pauses' | 'lastWordAt' | 'group' | 'reference' | 'now'
> & {
  readonly workload: { readonly id: string }
  readonly policy: { readonly spec: { readonly text: string } }
  readonly target: Pick<TargetStanding, 'brake'> | null
}

export const held = (code: string, sentence: string): Held => ({ state: 'held', code, sentence })
