import { sql, type Kysely } from 'kysely'

/** Rollouts know of containers that do not run, and of such as remove themselves; older ones replaced neither. */
export async function kindsOfContainers(db: Kysely<unknown>): Promise<void> {
  await sql`update rollouts set record = json_set(record,
    '$.stopped', json('null'), '$.removesItself', json('false'))`.execute(db)
}
