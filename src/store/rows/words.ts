import type { Digest } from '../../image/digest.ts'
import type { HistoryEntry } from './history.ts'
import type { Time } from './time.ts'

/** A person's latest word on what a workload should run; one per workload. */
export interface Override {
  readonly workload: string
  /**
   * A `pin` lasts until it is released, a `deploy` until it has been done or its digest has failed, and a `return`, which
   * a released pin leaves behind, until the workload names its own tag again.
   */
  readonly kind: 'pin' | 'deploy' | 'return'
  /** Tag that is followed meanwhile. */
  readonly tag: string
  /** What to run whatever the tag names; null to follow the tag. */
  readonly digest: Digest | null
  /** Tag that the workload follows by itself, to go back to when a pin is released. */
  readonly tagBefore: string
  readonly actor: string
  /** In the person's own words; null when none were given. */
  readonly reason: string | null
  readonly since: Time
  /** The pin whose place a `deploy` took, which holds again if that fails; null for all else. */
  readonly insteadOf: ReplacedPin | null
}

/** What of a pin has to be known to set it again; the tag to go back to is that of the word that took its place. */
export type ReplacedPin = Pick<Override, 'tag' | 'digest' | 'actor' | 'reason' | 'since'>

/** Nothing begins by itself; a rollout that has touched what runs goes on. */
export interface Pause {
  /** Null for every workload. */
  readonly workload: string | null
  /** When it ends by itself; null for when it is lifted. */
  readonly until: Time | null
  readonly actor: string
  readonly reason: string | null
  readonly since: Time
}

/** What is written together with a person's word, in the same transaction. */
export interface WithWord {
  readonly history?: HistoryEntry
  /** Lifts the quarantine of that digest, or of all digests of the workload that the word is about. */
  readonly liftsQuarantine?: Digest | 'all'
  /** Image id that the workload runs now, and that counts as meant from then on. */
  readonly baselineImage?: string
}
