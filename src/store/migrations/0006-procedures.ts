import { sql, type Kysely } from 'kysely'

/** Rollouts say how they are carried out; older ones all replaced a container. */
export async function procedures(db: Kysely<unknown>): Promise<void> {
  await sql`update rollouts set record = json_set(record,
    '$.procedure', 'replace', '$.scale', 1, '$.fromReference', json_extract(record, '$.image'),
    '$.definition', json('null'), '$.proven', json('[]'))`.execute(db)
}
