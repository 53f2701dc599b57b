import type { Digest } from '../../../image/digest.ts'
import type { DecisionState } from '../../../store/store.ts'
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

export const held = (code: string, sentence: string): Held => ({ state: 'held', code, sentence })
