import { sql, type Kysely } from 'kysely'

/** Rollouts know what is made again with what they replace, and whom they follow; older ones were alone. */
export async function sets(db: Kysely<unknown>): Promise<void> {
  await sql`update rollouts set record = json_set(record,
    '$.dependants', json('[]'), '$.follows', json('null'))`.execute(db)
}
