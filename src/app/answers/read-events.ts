import { isoTime } from '../../lib/clock.ts'
import type { Time, TrailedEvent, TrailQuery } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { SenderCount } from '../events/sender-counts.ts'
import { createOutcomes, mayLead, type EventOutcome } from './event-outcomes.ts'

export type { DeadLetter, TrailQuery } from '../../store/store.ts'

/** An event, and all that is known of what it led to. */
export interface EventReport extends TrailedEvent {
  /** What came of what was found, by workload; empty when nothing had to. */
  readonly outcomes: readonly EventOutcome[]
  /** Whether nothing will be added to it any more, as far as we know. */
  readonly isOver: boolean
}

/** What came in, and from whom. */
export interface EventsAnswer {
  /** Newest first. */
  readonly events: readonly EventReport[]
  /** Requests since the service began, of the source that was asked for or of all; null where none listens. */
  readonly heard: { readonly since: Time; readonly senders: readonly SenderCount[] } | null
  /**
   * Of the newest event of all sources, 0 without any; only where those after one were asked for. It tells how many may
   * have followed that one, and where it is below it, that the state is not the one that it was of.
   */
  readonly newestId?: number
}

/** How long something may still come of what was found, where nothing did so far. */
const watchedMs = 10 * 60_000

/** Reads the trail of events, each with what the history says came of it. Costs nothing while nobody asks. */
export async function readEvents(
  app: Pick<App, 'store' | 'clock' | 'senderCounts'>,
  query: TrailQuery,
): Promise<EventsAnswer> {
  const { source, after } = query
  // Before the others are read, so that none of them is newer.
  const newest = after === undefined ? {} : { newestId: (await app.store.eventTrail({ limit: 1 }))[0]?.id ?? 0 }
  const trail = await app.store.eventTrail(query)
  const outcomesOf = createOutcomes(app.store, trail)
  const quietSince = isoTime({ now: () => app.clock.now() - watchedMs })
  const events: EventReport[] = []
  for (const each of trail) {
    const outcomes = mayLead(each) ? await outcomesOf(each) : []
    events.push({ ...each, outcomes, isOver: isOver(each, outcomes, quietSince) })
  }
  return { events, heard: heardOf(app.senderCounts?.read() ?? null, source), ...newest }
}

function heardOf(heard: EventsAnswer['heard'], source: string | undefined): EventsAnswer['heard'] {
  if (heard === null || source === undefined) return heard
  return { ...heard, senders: heard.senders.filter((each) => each.source === source) }
}

function isOver(event: TrailedEvent, outcomes: readonly EventOutcome[], quietSince: Time): boolean {
  const { fate, endedAt, receivedAt } = event
  if (fate === 'waiting') return false
  // What the looks for it found is written down a little later than that its place was taken.
  if (fate === 'replaced' && endedAt === null) return receivedAt < quietSince
  if (!mayLead(event)) return true
  if (outcomes.some(({ kind }) => kind === 'rollout'))
    return outcomes.every((each) => each.kind !== 'rollout' || each.endedAt !== null)
  return endedAt !== null && endedAt < quietSince
}
