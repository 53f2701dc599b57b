import type { Digest } from '../../image/digest.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { PendingEvent } from './pending-event.ts'
import type { Time } from './time.ts'

/**
 * What became of news. While it is looked after: `waiting`. At once: it came before (`repeated`), nobody could read it
 * (`unreadable`), no watched workload follows its repository (`unfollowed`), or newer news of the same tag took its
 * place (`replaced`). After looking, its tag names what it named before (`unchanged`), something new (`changed`), not what
 * the news told of (`unseen`), is listed without being chosen by anyone (`unchosen`), or could not be looked up
 * (`failed`); `looked` where the news is about no tag that anyone follows.
 */
export type EventFate =
  | 'waiting'
  | 'repeated'
  | 'unreadable'
  | 'unfollowed'
  | 'replaced'
  | 'unchanged'
  | 'changed'
  | 'unseen'
  | 'unchosen'
  | 'failed'
  | 'looked'

/** Who told of something, and what. */
export interface EventOrigin {
  /** Name of the source. */
  readonly source: string
  readonly kind: 'pushed' | 'deleted'
  /** When it happened by the sender's clock; absent or null where that was not said. */
  readonly occurredAt?: Time | null
}

/** News as it comes in. Without `from` it leaves no trail. */
export interface ReceivedEvent extends PendingEvent {
  readonly from?: EventOrigin
  /**
   * Given where later news may be just the same: what the keys of all of them begin with, each with an end of its own.
   * They are one event for as long as it is pending.
   */
  readonly identity?: string
}

/** What was made of news. */
export interface HeardEvent {
  /** Otherwise it is the same as what came before. */
  readonly isNew: boolean
  /** What is to be looked after, as it waits now; null where nothing is. */
  readonly pending: PendingEvent | null
}

/** What came of looking after news. */
export interface EventEnd {
  readonly fate: Exclude<EventFate, 'waiting' | 'repeated' | 'unreadable'>
  /** When it was looked up first; null when it never was. */
  readonly lookedAt: Time | null
  /** Looks that were begun for it. */
  readonly looks: number
  readonly endedAt: Time
  /** What the tag names by the last good look. */
  readonly found: Digest | null
  /** Why it could not be looked up. */
  readonly reason: Reason | null
}

/** News that was seen to. Without `end` its trail stays as it is. */
export interface EndedEvent extends PendingEvent {
  readonly end?: EventEnd
}

/** One line of the trail. */
export interface TrailedEvent {
  /** Grows with each. */
  readonly id: number
  readonly receivedAt: Time
  /** When it happened by its sender's clock, which may be wrong; null where that was not said. */
  readonly occurredAt: Time | null
  readonly source: string
  readonly kind: EventOrigin['kind'] | 'unreadable'
  /** Null, as the repository, where nobody could read it. */
  readonly registry: string | null
  readonly repository: string | null
  readonly tag: string | null
  /** What the tag was said to name. */
  readonly digest: Digest | null
  readonly fate: EventFate
  readonly lookedAt: Time | null
  readonly looks: number
  readonly endedAt: Time | null
  readonly found: Digest | null
  readonly reason: Reason | null
}

/** Which lines of the trail are wanted. */
export interface TrailQuery {
  readonly source?: string | undefined
  /** Received then or later. */
  readonly since?: Time | undefined
  /** Only those with a greater id, */
  readonly after?: number | undefined
  /** and these besides. */
  readonly also?: readonly number[] | undefined
  readonly limit: number
}

/** Why a source that we ask cannot be asked now. */
export interface SourceTrouble {
  readonly source: string
  readonly reason: Reason
  readonly since: Time
}
