import type {
  DeadLetter,
  EventEnd,
  EventFate,
  PendingEvent,
  ReceivedEvent,
  TrailQuery,
  TrailedEvent,
} from '../store.ts'
import { prepared } from './prepared.ts'
import type { Check } from './shape.ts'
import { isNumber, isText, keyOf, objectOf, orNull, parseJson, unreadable } from './shape.ts'
import type { Db, Tables } from './tables.ts'
import { isDigestText, isReason } from './values.ts'
import { retention } from './retention.ts'

const isFate = keyOf<EventFate>({
  waiting: true,
  repeated: true,
  unreadable: true,
  unfollowed: true,
  replaced: true,
  unchanged: true,
  changed: true,
  unseen: true,
  unchosen: true,
  failed: true,
  looked: true,
})

const isTrailedEvent: Check<TrailedEvent> = objectOf<TrailedEvent>({
  id: isNumber,
  receivedAt: isText,
  occurredAt: orNull(isText),
  source: isText,
  kind: keyOf({ pushed: true, deleted: true, unreadable: true }),
  registry: orNull(isText),
  repository: orNull(isText),
  tag: orNull(isText),
  digest: orNull(isDigestText),
  fate: isFate,
  lookedAt: orNull(isText),
  looks: isNumber,
  endedAt: orNull(isText),
  found: orNull(isDigestText),
  reason: orNull(isReason),
})

/** How many may come above the bound before the oldest go: looking for them at each would take longer than writing it. */
const slack = 500

/** Writes the trail, in the transactions of what it is about. */
export interface TrailWriter {
  /** What came in, unless nobody told who sent it. */
  add(db: Db, event: ReceivedEvent, isNew: boolean): Promise<void>
  /** What waits goes on by another key. */
  renew(db: Db, key: string, by: string): Promise<void>
  addUnreadable(db: Db, letter: DeadLetter): Promise<void>
}

type Given = Pick<
  Tables['eventTrail'],
  | 'key'
  | 'receivedAt'
  | 'source'
  | 'kind'
  | 'registry'
  | 'repository'
  | 'tag'
  | 'digest'
  | 'fate'
  | 'endedAt'
  | 'occurredAt'
>

const insertTrail = prepared((db, row: Given) => {
  const { key, receivedAt, source, kind, registry, repository, tag, digest, fate, endedAt, occurredAt } = row
  const told = { key, receivedAt, source, kind, registry, repository, tag, digest, fate, endedAt, occurredAt }
  return db.insertInto('eventTrail').values({ ...told, looks: 0, lookedAt: null, found: null, reason: null })
})

const renewTrail = prepared((db, { key, by }: { readonly key: string; readonly by: string }) =>
  db.updateTable('eventTrail').set({ key: by }).where('key', '=', key).where('fate', '=', 'waiting'),
)

export function createTrailWriter(): TrailWriter {
  // As if there were too many: a state that is opened often must not grow either.
  let sinceCut: number = slack

  const write = async (db: Db, row: Given): Promise<void> => {
    await insertTrail(db, row)
    sinceCut += 1
    if (sinceCut < slack) return
    sinceCut = 0
    const oldest = db
      .selectFrom('eventTrail')
      .select('sequence')
      .orderBy('sequence', 'desc')
      .limit(1)
      .offset(retention.trail)
    await db.deleteFrom('eventTrail').where('sequence', '<=', oldest).execute()
  }

  return {
    async add(db, { key, registry, repository, tag, digest, receivedAt, from }, isNew) {
      if (from === undefined) return
      const fate = isNew ? 'waiting' : 'repeated'
      const endedAt = isNew ? null : receivedAt
      const { source, kind, occurredAt = null } = from
      const sent = { source, kind, occurredAt }
      await write(db, { key, receivedAt, ...sent, registry, repository, tag: tag ?? '', digest, fate, endedAt })
    },
    renew: async (db, key, by) => void (await renewTrail(db, { key, by })),
    addUnreadable: (db, { source, receivedAt }) =>
      write(db, {
        key: '',
        receivedAt,
        source,
        kind: 'unreadable',
        registry: '',
        repository: '',
        tag: '',
        digest: null,
        fate: 'unreadable',
        occurredAt: null,
        endedAt: receivedAt,
      }),
  }
}

type Ended = Pick<Tables['eventTrail'], 'key' | 'fate' | 'lookedAt' | 'looks' | 'endedAt' | 'found' | 'reason'>

const updateTrail = prepared((db, { key, fate, lookedAt, looks, endedAt, found, reason }: Ended) =>
  db
    .updateTable('eventTrail')
    .set({ fate, lookedAt, looks, endedAt, found, reason })
    .where('key', '=', key)
    .where('fate', '=', 'waiting'),
)

export async function endTrail(
  db: Db,
  { key }: Pick<PendingEvent, 'key'>,
  { reason, ...end }: EventEnd,
): Promise<void> {
  await updateTrail(db, { key, ...end, reason: reason && JSON.stringify(reason) })
}

const columns = [
  ...(['sequence', 'source', 'kind', 'fate', 'looks', 'found', 'reason', 'occurredAt'] as const),
  ...(['eventTrail.receivedAt', 'eventTrail.registry', 'eventTrail.repository', 'eventTrail.tag'] as const),
  ...(['eventTrail.digest', 'lookedAt', 'endedAt', 'eventInbox.key as pending'] as const),
] as const

/** Newest first. */
export async function readTrail(db: Db, query: TrailQuery): Promise<readonly TrailedEvent[]> {
  const { source, since, after, also = [], limit } = query
  const rows = await db
    .selectFrom('eventTrail')
    .leftJoin('eventInbox', 'eventInbox.key', 'eventTrail.key')
    .select(columns)
    .$if(source !== undefined, (rest) => rest.where('eventTrail.source', '=', source ?? ''))
    .$if(since !== undefined, (rest) => rest.where('eventTrail.receivedAt', '>=', since ?? ''))
    .$if(after !== undefined, (rest) =>
      rest.where((each) =>
        each.or([
          each('eventTrail.sequence', '>', after ?? 0),
          ...(also.length > 0 ? [each('eventTrail.sequence', 'in', also)] : []),
        ]),
      ),
    )
    .orderBy('eventTrail.sequence', 'desc')
    .limit(Math.min(limit, retention.trail))
    .execute()
  return rows.map(({ sequence, pending, registry, repository, tag, fate, reason, ...row }) => {
    const event = {
      ...row,
      id: sequence,
      registry: registry || null,
      repository: repository || null,
      tag: tag || null,
      // In the inbox its place was taken while it waited there alone.
      fate: fate === 'waiting' && pending === null ? 'replaced' : fate,
      reason: reason === null ? null : parseJson(reason),
    }
    return isTrailedEvent(event) ? event : damaged(event)
  })
}

const text = (value: unknown): string | null => (isText(value) ? value : null)

/** One line that is damaged must not hide all others. What can be read of it tells what it was about. */
function damaged({ id, ...row }: Readonly<Record<string, unknown>> & { readonly id: number }): TrailedEvent {
  const receivedAt = text(row.receivedAt) ?? new Date(0).toISOString()
  return {
    id,
    receivedAt,
    occurredAt: null,
    source: text(row.source) ?? '',
    kind: 'unreadable',
    registry: text(row.registry),
    repository: text(row.repository),
    tag: text(row.tag),
    digest: null,
    fate: 'failed',
    lookedAt: null,
    looks: 0,
    endedAt: receivedAt,
    found: null,
    reason: unreadable('event_trail', String(id)),
  }
}
