import { sql, type Kysely } from 'kysely'

/** What people say, who said it, and since when a workload stands as it does: for older rows, since it was last decided. */
export async function wordsOfPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('overrides')
    .addColumn('workload', 'text', (column) => column.notNull().primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('tag', 'text', (column) => column.notNull())
    .addColumn('digest', 'text')
    .addColumn('tag_before', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('since', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('pauses')
    // Empty for every workload: a key may not be null.
    .addColumn('workload', 'text', (column) => column.notNull().primaryKey())
    .addColumn('until', 'text')
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('since', 'text', (column) => column.notNull())
    .execute()
  await db.schema.alterTable('history').addColumn('actor', 'text').execute()
  await db.schema
    .alterTable('workloads')
    .addColumn('since', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  await sql`update workloads set since = decided_at`.execute(db)
}
