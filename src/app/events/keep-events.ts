import type { HeardEvent, PendingEvent, ReceivedEvent } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { EventTally } from './event-tally.ts'

export interface KeepDeps {
  readonly store: Pick<App['store'], 'receiveEvents'>
  readonly tally: EventTally
  /** Called once they are durable, with those that are to be looked after. */
  readonly onNews: (events: readonly PendingEvent[]) => void
  /** Called when something may have become durable of which `onNews` was never told. */
  readonly onDoubt: () => void
}

/**
 * Keeps what a source told, and passes on what is to be looked after. A write may have been done although it was said to have failed:
 * then the sender's next try only repeats it, and what waits is passed on.
 *
 * @throws STATE_* when it cannot be kept
 */
export async function keepEvents(
  { store, tally, onNews, onDoubt }: KeepDeps,
  events: readonly ReceivedEvent[],
): Promise<void> {
  let heard: readonly HeardEvent[]
  try {
    heard = await store.receiveEvents(events)
  } catch (error) {
    onDoubt()
    throw error
  }
  const fresh = heard.filter(({ isNew }) => isNew)
  tally.received += fresh.length
  tally.repeated += heard.length - fresh.length
  onNews(heard.flatMap(({ pending }) => pending ?? []))
}
