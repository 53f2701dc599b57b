import { sql } from 'kysely'
import { cutOldest, type Bounds } from './cut-oldest.ts'
import { retention } from './retention.ts'
import type { Db } from './tables.ts'

/** Keeps the inbox from growing without end while nobody can see to what is in it. */
export interface InboxRoom {
  /** To be told of each event that was put into it. */
  note(db: Db): Promise<void>
}

const usual: Bounds = { most: retention.pendingEvents, slack: 1_000 }

/**
 * Where there are too many, those of one repository become one that is about all of it: one look serves them. What is
 * beyond that even so is found by polling (I7).
 */
export function createInboxRoom({ most, slack }: Bounds = usual): InboxRoom {
  // As if there were too many: a state that is opened often must not grow either.
  let sinceCounted = slack
  return {
    async note(db) {
      sinceCounted += 1
      if (sinceCounted < slack) return
      sinceCounted = 0
      if ((await count(db)) <= most) return
      await join(db)
      if ((await count(db)) > most) await cutOldest(db, 'eventInbox', most)
    },
  }
}

async function count(db: Db): Promise<number> {
  const { rows } = await db
    .selectFrom('eventInbox')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow()
  return Number(rows)
}

/** Of an ISO time in UTC with milliseconds, as all of them are written. */
const timeLength = 24

/**
 * What is about all of a repository takes the key and the time of its newest news, also where it was there before: it may
 * be being looked up, and what is checked off by the key that it had then must not take the others with it.
 */
async function join(db: Db): Promise<void> {
  const newest = sql<string>`max(${sql.ref('receivedAt')} || ${sql.ref('key')})`
  const several = db
    .selectFrom('eventInbox')
    .select(({ fn }) => [
      'registry',
      'repository',
      sql<string>`''`.as('tag'),
      sql<string>`substr(${newest}, ${sql.lit(timeLength + 1)})`.as('key'),
      sql<null>`null`.as('digest'),
      fn.max('receivedAt').as('receivedAt'),
    ])
    .groupBy(['registry', 'repository'])
    .having(({ fn }) => fn.countAll(), '>', 1)
  await db
    .insertInto('eventInbox')
    .columns(['registry', 'repository', 'tag', 'key', 'digest', 'receivedAt'])
    .expression(several)
    .onConflict((conflict) =>
      conflict.columns(['registry', 'repository', 'tag']).doUpdateSet({
        key: ({ ref }) => ref('excluded.key'),
        digest: null,
        receivedAt: ({ ref }) => ref('excluded.receivedAt'),
      }),
    )
    .execute()
  await db
    .deleteFrom('eventInbox')
    .where('tag', '!=', '')
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('eventInbox as whole')
          .select('whole.key')
          .where('whole.tag', '=', '')
          .whereRef('whole.registry', '=', 'eventInbox.registry')
          .whereRef('whole.repository', '=', 'eventInbox.repository'),
      ),
    )
    .execute()
}
