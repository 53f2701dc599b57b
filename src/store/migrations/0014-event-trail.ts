import type { Kysely } from 'kysely'
import type { ColumnTypes } from './migration.ts'

/** What came in and what became of it (`event_trail`), and what keeps a source from being read (`source_troubles`). */
export async function eventTrail(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  // Registry, repository and tag are empty where there is none.
  await db.schema
    .createTable('event_trail')
    .addColumn('sequence', types.sequence, (column) => column.primaryKey())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('received_at', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('registry', 'text', (column) => column.notNull())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('tag', 'text', (column) => column.notNull())
    .addColumn('digest', 'text')
    .addColumn('fate', 'text', (column) => column.notNull())
    .addColumn('looked_at', 'text')
    .addColumn('looks', 'integer', (column) => column.notNull())
    .addColumn('ended_at', 'text')
    .addColumn('found', 'text')
    .addColumn('reason', 'text')
    .execute()
  await db.schema.createIndex('event_trail_by_key').on('event_trail').column('key').execute()

  await db.schema
    .createTable('source_troubles')
    .addColumn('source', 'text', (column) => column.notNull().primaryKey())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('since', 'text', (column) => column.notNull())
    .execute()
}
