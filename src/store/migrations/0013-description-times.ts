import type { Kysely } from 'kysely'

/** When an image was described, so that the oldest descriptions can go: they can be asked for again. */
export async function descriptionTimes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('images')
    .addColumn('described_at', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
}
