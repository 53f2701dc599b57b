import type { HeardEvent, ReceivedEvent } from '../store.ts'
import type { EventKeys } from './event-keys.ts'
import type { TrailWriter } from './event-trail.ts'
import { readWaiting, writePendingEvent } from './events.ts'
import type { InboxRoom } from './inbox-room.ts'
import type { Db } from './tables.ts'

interface ReceivingDeps {
  readonly keys: EventKeys
  readonly room: InboxRoom
  readonly trail: TrailWriter
}

/** Takes one event into the inbox and the trail. */
export async function receiveEvent(
  db: Db,
  { keys, room, trail }: ReceivingDeps,
  event: ReceivedEvent,
): Promise<HeardEvent> {
  const { key, identity, receivedAt } = event
  if (identity !== undefined) {
    const earlier = await readWaiting(db, event)
    if (earlier?.key.startsWith(identity) === true) {
      await writePendingEvent(db, event)
      await trail.renew(db, earlier.key, key)
      await trail.add(db, event, false)
      return { isNew: false, pending: event }
    }
  } else if (!(await keys.note(db, key, receivedAt))) {
    const earlier = await readWaiting(db, event)
    await trail.add(db, event, false)
    return { isNew: false, pending: earlier?.key === key ? { ...event, ...earlier } : null }
  }
  await writePendingEvent(db, event)
  await room.note(db)
  await trail.add(db, event, true)
  return { isNew: true, pending: event }
}
