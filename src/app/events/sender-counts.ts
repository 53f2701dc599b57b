import { isoTime, type Clock } from '../../lib/clock.ts'
import type { Time } from '../../store/store.ts'

/**
 * What became of a request: it told of images, of something else (`empty`), went through a handshake (`greeted`), could
 * not be read, or did not know the secret.
 */
export type RequestOutcome = 'told' | 'empty' | 'greeted' | 'unreadable' | 'refused'

/** Requests to one source. Of those that are refused only how many there were is ever kept. */
export interface SenderCount extends Readonly<Record<RequestOutcome, number>> {
  /** Null for all names that no source has. */
  readonly source: string | null
  /** When the last that was let in came; null before the first. */
  readonly lastAt: Time | null
  readonly lastRefusedAt: Time | null
}

/** Counts requests, for people who watch whether a sender gets through. */
export interface SenderCounts {
  note(source: string | null, outcome: RequestOutcome): void
  /** Since when, and in the order of the configuration; names that there are not come last. */
  read(): { readonly since: Time; readonly senders: readonly SenderCount[] }
}

type Counting = { -readonly [Key in keyof SenderCount]: SenderCount[Key] }

const begin = (source: string | null): [string | null, Counting] => [
  source,
  { source, told: 0, empty: 0, greeted: 0, unreadable: 0, refused: 0, lastAt: null, lastRefusedAt: null },
]

export function createSenderCounts(names: readonly string[], clock: Pick<Clock, 'now'>): SenderCounts {
  const since = isoTime(clock)
  const counts = new Map<string | null, Counting>([...names, null].map(begin))
  return {
    note(source, outcome) {
      const count = counts.get(source)
      if (count === undefined) return
      count[outcome] += 1
      count[outcome === 'refused' ? 'lastRefusedAt' : 'lastAt'] = isoTime(clock)
    },
    read: () => ({ since, senders: [...counts.values()].map((each) => ({ ...each })) }),
  }
}
