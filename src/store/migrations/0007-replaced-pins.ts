import type { Kysely } from 'kysely'

/** What is to be deployed remembers the pin whose place it took; what was said before took none. */
export async function replacedPins(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('overrides').addColumn('instead_of', 'text').execute()
}
