import { sql, type Kysely } from 'kysely'

/** Rollouts keep two more of the settings that were in force; what older ones get was the default. */
export async function rolloutSettings(db: Kysely<unknown>): Promise<void> {
  await sql`update rollouts set record = replace(record, '"keepOldMs":', '"keepImages":1,"policy":"digest","keepOldMs":')`.execute(
    db,
  )
}
