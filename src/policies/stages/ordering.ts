import type { Candidate } from '../policy.ts'
import type { Dropped } from './dropped.ts'

/** A candidate with its place in the order. */
export interface Entry<Value> {
  readonly candidate: Candidate
  readonly value: Value
}

/** How one policy reads and orders tags; everything else is the same for all. */
export interface Ordering<Value> {
  /** What is best of its order, as in "1.4.0 is the highest version". */
  readonly superlative: { readonly highest: string; readonly lowest: string }
  /** Why what is not newer than the current tag is not. */
  readonly notNewer: { readonly equal: string; readonly below: string }
  /** @param text the tag, or what was extracted from it */
  read(text: string, candidate: Candidate | null): { readonly value: Value } | Dropped
  /** Whether what a tag says beside its value lets it follow the current one. Null when it does. */
  admit(value: Value, current: Value | null): Dropped | null
  /** The key that would let through what `admit` drops, as `variant: shape`; null for none. Asked where somebody asks why. */
  allowedBy?(value: Value, current: Value | null): string | null
  /** Positive when `a` is the newer. */
  compare(a: Value, b: Value): number
  /** Which of two equal ones is preferred: positive for `a`. */
  prefer(a: Value, b: Value): number
  /** Whether which of two comes first would be a guess. Absent where it never is. */
  isGuess?(a: Entry<Value>, b: Entry<Value>): boolean
  /** What `maxMajorStep` counts; null where there is no such thing. */
  major(value: Value): string | null
  /** How many numbers its version has. Absent where it is read as none. */
  numbers?(value: Value): number
}
