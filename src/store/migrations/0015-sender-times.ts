import type { Kysely } from 'kysely'

/** When an event happened by its sender's clock. */
export async function senderTimes(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('event_trail').addColumn('occurred_at', 'text').execute()
}
