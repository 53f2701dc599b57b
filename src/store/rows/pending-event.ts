import type { Digest } from '../../image/digest.ts'
import type { Time } from './time.ts'

/** News of an image that has not been seen to. At most one for each registry, repository and tag: the latest. */
export interface PendingEvent {
  /** Tells it from all others of all sources. */
  readonly key: string
  readonly registry: string
  readonly repository: string
  /** Null when the news is about the whole repository. */
  readonly tag: string | null
  /** What the tag is said to name; null when that was not said. */
  readonly digest: Digest | null
  readonly receivedAt: Time
}

/** What an authenticated sender sent and nobody could read. */
export interface DeadLetter {
  readonly source: string
  /** The beginning of it. */
  readonly body: string
  readonly receivedAt: Time
}
