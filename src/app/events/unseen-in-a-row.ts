import type { EventFate } from '../../store/store.ts'
import type { App } from '../app.ts'

/** One may have come out of order, and a second with it. */
const inARow = 3

/** Shown or not shown: every other fate tells nothing of what a registry shows. */
const shown: ReadonlySet<EventFate> = new Set(['changed', 'unchanged'])

/**
 * Notices a registry of which events tell what it does not show. Says so once, and again only when it showed something
 * in between: a stale cache, or a source that names the wrong host, makes each push wait for the poll.
 */
export function createUnseenInARow(log: Pick<App['log'], 'warn'>) {
  const counts = new Map<string, number>()
  return {
    note(registry: string, fate: EventFate): void {
      if (shown.has(fate)) counts.delete(registry)
      if (fate !== 'unseen') return
      const count = (counts.get(registry) ?? 0) + 1
      counts.set(registry, count)
      if (count !== inARow) return
      const sentence =
        `${inARow} events in a row told of what ${registry} did not show within a minute: a cache before it may be ` +
        'stale, or `registry` of their source in `events` is another host than the one that was pushed to'
      log.warn({ registry, code: 'EVENTS_UNSEEN' }, sentence)
    },
  }
}
