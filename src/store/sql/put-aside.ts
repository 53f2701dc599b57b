import type { Reason } from '../../rollout/facts.ts'
import type { EventStore } from '../rows/event-store.ts'
import { endTrail } from './event-trail.ts'
import { deleteUnreadableEvents } from './events.ts'
import { unreadable } from './shape.ts'
import type { Db } from './tables.ts'

/** Puts aside what cannot be read in a page of the inbox. @returns why, one for each */
export async function putAside(
  db: Db,
  ...[at, ...page]: Parameters<EventStore['putAsideUnreadable']>
): Promise<readonly Reason[]> {
  const reasons: Reason[] = []
  for (const key of await deleteUnreadableEvents(db, ...page)) {
    const reason = unreadable('event_inbox', key)
    const end = { fate: 'failed', lookedAt: null, looks: 0, endedAt: at, found: null, reason } as const
    await endTrail(db, { key }, end)
    reasons.push(reason)
  }
  return reasons
}
