import { sql, type Kysely } from 'kysely'

/** Rollouts keep the hooks that were configured, and how those ended; older ones had none. */
export async function hooks(db: Kysely<unknown>): Promise<void> {
  await sql`update rollouts set record = json_set(record,
    '$.hooks', json('{"beforeRollout":[],"afterRollout":[],"beforeRollback":[],"afterRollback":[]}'),
    '$.hookResults', json('[]'))`.execute(db)
}
