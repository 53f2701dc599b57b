import type { Kysely } from 'kysely'
import type { ColumnTypes } from './migration.ts'

/** What push events told: seen before (`event_keys`), not yet seen to (`event_inbox`), not understood (`dead_letters`). */
export async function eventInbox(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('event_keys')
    .addColumn('key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('received_at', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('event_keys_by_time').on('event_keys').column('received_at').execute()

  // The tag is empty, not null, where there is none: nulls would not coalesce.
  await db.schema
    .createTable('event_inbox')
    .addColumn('registry', 'text', (column) => column.notNull())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('tag', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('digest', 'text')
    .addColumn('received_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('event_inbox_key', ['registry', 'repository', 'tag'])
    .execute()
  await db.schema.createIndex('event_inbox_by_time').on('event_inbox').columns(['received_at', 'key']).execute()

  await db.schema
    .createTable('dead_letters')
    .addColumn('sequence', types.sequence, (column) => column.primaryKey())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('received_at', 'text', (column) => column.notNull())
    .execute()
}
