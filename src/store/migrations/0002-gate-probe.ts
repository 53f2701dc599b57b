import { sql, type Kysely } from 'kysely'

/** Gates that were planned before there were probes have none. Inside a text of the record the quotes would be escaped. */
export async function gateProbe(db: Kysely<unknown>): Promise<void> {
  await sql`update rollouts set record = replace(record, '"gate":{', '"gate":{"probe":null,')`.execute(db)
}
