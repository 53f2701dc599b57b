import type { EventStore } from '../rows/event-store.ts'
import type { DeadLetter, PendingEvent, Time } from '../store.ts'
import type { Check } from './shape.ts'
import { isText, objectOf, orNull, readRow } from './shape.ts'
import { prepared } from './prepared.ts'
import type { Db, Tables } from './tables.ts'
import { isDigestText } from './values.ts'

const isPendingEvent: Check<PendingEvent> = objectOf<PendingEvent>({
  key: isText,
  registry: isText,
  repository: isText,
  tag: orNull(isText),
  digest: orNull(isDigestText),
  receivedAt: isText,
})

const isDeadLetter: Check<DeadLetter> = objectOf<DeadLetter>({ source: isText, body: isText, receivedAt: isText })

/** Dead letters that are kept, of all sources and of one before it gives up its own: none pushes out those of others. */
const deadLettersMax = 100
const deadLettersOfSource = 20

/** Keys that one statement names at most; databases have a limit. */
const keysMax = 500

const upsert = prepared((db, { registry, repository, tag, key, digest, receivedAt }: Tables['eventInbox']) =>
  db
    .insertInto('eventInbox')
    .values({ registry, repository, tag, key, digest, receivedAt })
    .onConflict((conflict) =>
      conflict.columns(['registry', 'repository', 'tag']).doUpdateSet({ key, digest, receivedAt }),
    ),
)

/** In the place of what waits for the same tag. */
export async function writePendingEvent(db: Db, event: PendingEvent): Promise<void> {
  const { registry, repository, tag, key, digest, receivedAt } = event
  await upsert(db, { registry, repository, tag: tag ?? '', key, digest, receivedAt })
}

const selectPlace = prepared((db, place: Pick<Tables['eventInbox'], 'registry' | 'repository' | 'tag'>) =>
  db
    .selectFrom('eventInbox')
    .select(['key', 'receivedAt'])
    .where('registry', '=', place.registry)
    .where('repository', '=', place.repository)
    .where('tag', '=', place.tag),
)

type Waiting = Pick<PendingEvent, 'key' | 'receivedAt'>
const isWaiting: Check<Waiting> = objectOf<Waiting>({ key: isText, receivedAt: isText })

/** What waits for the same tag; null where nothing does that can be read. */
export async function readWaiting(db: Db, { registry, repository, tag }: PendingEvent): Promise<Waiting | null> {
  const { rows } = await selectPlace(db, { registry, repository, tag: tag ?? '' })
  return rows.find(isWaiting) ?? null
}

type Page = Parameters<EventStore['pendingEvents']>

const readPage = (db: Db, ...[limit, after = { receivedAt: '', key: '' }]: Page) =>
  db
    .selectFrom('eventInbox')
    .selectAll()
    .where(({ eb, refTuple, tuple }) => eb(refTuple('receivedAt', 'key'), '>', tuple(after.receivedAt, after.key)))
    .orderBy('receivedAt')
    .orderBy('key')
    .limit(limit)
    .execute()

const eventOf = (row: Tables['eventInbox']) => ({ ...row, tag: row.tag === '' ? null : row.tag })

/** Oldest first. */
export async function readPendingEvents(db: Db, ...page: Page): Promise<readonly PendingEvent[]> {
  const rows = await readPage(db, ...page)
  return rows.map((row) => readRow('event_inbox', row.key, isPendingEvent, eventOf(row)))
}

/** Takes out of a page what cannot be read. @returns the keys */
export async function deleteUnreadableEvents(db: Db, ...page: Page): Promise<readonly string[]> {
  const rows = (await readPage(db, ...page)).filter((row) => !isPendingEvent(eventOf(row)))
  for (const row of rows) await deletePending(db, row)
  return rows.map(({ key }) => String(key))
}

const deletePending = prepared((db, place: Pick<Tables['eventInbox'], 'registry' | 'repository' | 'tag' | 'key'>) =>
  db
    .deleteFrom('eventInbox')
    .where('registry', '=', place.registry)
    .where('repository', '=', place.repository)
    .where('tag', '=', place.tag)
    .where('key', '=', place.key),
)

/** By place and key: one that a newer event took the place of stays. */
export async function deletePendingEvents(db: Db, events: readonly PendingEvent[]): Promise<void> {
  for (const { key, registry, repository, tag } of events) {
    await deletePending(db, { registry, repository, tag: tag ?? '', key })
  }
}

/** Some at a time, so that nothing else waits for long. @returns whether there may be more */
export async function deleteEventKeys(db: Db, before: Time): Promise<boolean> {
  const old = db.selectFrom('eventKeys').select('key').where('receivedAt', '<', before).limit(keysMax)
  const { numDeletedRows } = await db.deleteFrom('eventKeys').where('key', 'in', old).executeTakeFirst()
  return Number(numDeletedRows) === keysMax
}

export async function writeDeadLetter(db: Db, { source, body, receivedAt }: DeadLetter): Promise<void> {
  await db.insertInto('deadLetters').values({ source, body, receivedAt }).execute()
  const counted = db.selectFrom('deadLetters').select(({ fn }) => [
    'sequence',
    fn
      .agg<number>('row_number')
      .over((each) => each.partitionBy('source').orderBy('sequence', 'desc'))
      .as('nth'),
  ])
  const kept = db
    .selectFrom(counted.as('counted'))
    .select('sequence')
    .orderBy(({ eb }) => eb('nth', '>', deadLettersOfSource))
    .orderBy('sequence', 'desc')
    .limit(deadLettersMax)
  await db.deleteFrom('deadLetters').where('sequence', 'not in', kept).execute()
}

/** Newest first. */
export async function readDeadLetters(db: Db): Promise<readonly DeadLetter[]> {
  const rows = await db
    .selectFrom('deadLetters')
    .selectAll()
    .orderBy('sequence', 'desc')
    .limit(deadLettersMax)
    .execute()
  return rows.map(({ sequence, ...row }) => readRow('dead_letters', String(sequence), isDeadLetter, row))
}
