import type { Reason } from '../../rollout/facts.ts'
import type { EndedEvent, HeardEvent, ReceivedEvent, SourceTrouble, TrailQuery, TrailedEvent } from './event-trail.ts'
import type { DeadLetter, PendingEvent } from './pending-event.ts'
import type { Time } from './time.ts'

/** What a store keeps of the news that comes in. */
export interface EventStore {
  /**
   * Takes in news, unless its key was there before. What has an identity is the same while that is pending, and then
   * waits as what came last: what is checked off by an earlier key leaves it there, and its trail goes on. In a state that is new it counts as no write: whether that state
   * was lost (I9) is told by what we did, not by what we heard.
   * @returns one for each, in their order
   * @throws STATE_UNWRITABLE when none is kept
   */
  receiveEvents(events: readonly ReceivedEvent[]): Promise<readonly HeardEvent[]>
  /** Oldest first, at most `limit`; only those that come after one, whether that is still pending or not. */
  pendingEvents(limit: number, after?: Pick<PendingEvent, 'receivedAt' | 'key'>): Promise<readonly PendingEvent[]>
  /**
   * Puts aside what cannot be read in such a page: it is pending no more, and its trail ends with `failed` and the reason.
   * @returns the reasons, one for each
   */
  putAsideUnreadable(at: Time, ...page: Parameters<EventStore['pendingEvents']>): Promise<readonly Reason[]>
  /** They are pending no more, unless newer ones took their places. May be lost by a power cut: they are seen to again. */
  checkOffEvents(events: readonly EndedEvent[]): Promise<void>
  /** Forgets the keys of events from before. May be lost by a power cut. */
  forgetEventKeys(before: Time): Promise<void>
  /** Only the last 100 are kept; where there are more, of those sources first that have more than 20. */
  addDeadLetter(letter: DeadLetter): Promise<void>
  /** Newest first. */
  deadLetters(): Promise<readonly DeadLetter[]>
  /**
   * What came in and what became of it, newest first; only the last 5,000 are sure to be there. Of one that cannot be
   * read it has what can be, and says so as `failed`.
   */
  eventTrail(query: TrailQuery): Promise<readonly TrailedEvent[]>
  /** Networks that sent what only those can send who know a secret, in the order in which they were given. */
  provenNetworks(): Promise<readonly string[]>
  /** In the place of all that there were. In a state that is new it counts as no write, as `receiveEvents`. */
  setProvenNetworks(networks: readonly string[]): Promise<void>
  /** By source. */
  sourceTroubles(): Promise<readonly SourceTrouble[]>
  /** In the place of all that there were. In a state that is new it counts as no write, as `receiveEvents`. */
  setSourceTroubles(troubles: readonly SourceTrouble[]): Promise<void>
}
