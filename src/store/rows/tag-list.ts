import type { Digest } from '../../image/digest.ts'
import type { Time } from './time.ts'

/** How the looks at the list of tags of a repository went. One per (registry, repository). */
export interface TagListObservation {
  readonly registry: string
  readonly repository: string
  /** Tags of the last list that was taken over; 0 when there never was one. */
  readonly count: number
  /** When that list was last found again, or was replaced; null when there never was one. */
  readonly seenAt: Time | null
  /** Set while the latest look failed. */
  readonly failure: {
    readonly code: string
    readonly sentence: string
    readonly at: Time
    readonly since: Time
    readonly count: number
  } | null
  /** Set while the registry gives a list that lacks most of the last one, and is not believed yet. */
  readonly doubt: ListDoubt | null
}

export interface ListDoubt {
  /** Tags of the latest of those lists. */
  readonly count: number
  readonly since: Time
  readonly at: Time
  /** Looks in a row that found such a list. */
  readonly looks: number
  /** Whether a person said that it is right. */
  readonly isBelieved: boolean
}

/** A tag of the last list that was taken over, or of one shortly before. */
export interface ListedTag {
  readonly tag: string
  readonly firstSeenAt: Time
  /** Since when it is in the list no more; null while it is. A list that flickers makes no tag new. */
  readonly goneSince: Time | null
  /** What the registry told of its push; null where it was not asked, or tells nothing. */
  readonly push: KeptPush | null
}

/** What a registry told of the push of a tag. */
export interface KeptPush {
  /** In milliseconds since 1970; null where it knows no time. */
  readonly at: number | null
  readonly digest: Digest | null
  /** What `at` is the time of. */
  readonly confidence: 'exact' | 'digest-first-push' | 'created' | 'none'
  /** Where the registry told it: `hub-api`, `gar-list`; absent in what earlier versions kept. */
  readonly source?: string
}
