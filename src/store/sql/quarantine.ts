import type { Quarantine } from '../store.ts'
import type { Check } from './shape.ts'
import { isText, objectOf, parseJson, readRow } from './shape.ts'
import type { Db } from './tables.ts'
import { isDigestText, isReason } from './values.ts'

const isQuarantine: Check<Quarantine> = objectOf<Quarantine>({
  workload: isText,
  digest: isDigestText,
  policy: isText,
  reason: isReason,
  since: isText,
})

/** By digest. */
export async function readQuarantine(db: Db, workload: string): Promise<readonly Quarantine[]> {
  const rows = await db
    .selectFrom('quarantine')
    .selectAll()
    .where('workload', '=', workload)
    .orderBy('digest')
    .execute()
  return rows.map((row) =>
    readRow('quarantine', `${row.workload} ${row.digest}`, isQuarantine, {
      ...row,
      reason: parseJson(row.reason),
    }),
  )
}

export async function writeQuarantine(db: Db, quarantine: Quarantine): Promise<void> {
  const { workload, digest, policy, since } = quarantine
  const cause = { policy, reason: JSON.stringify(quarantine.reason), since }
  await db
    .insertInto('quarantine')
    .values({ workload, digest, ...cause })
    .onConflict((conflict) => conflict.columns(['workload', 'digest']).doUpdateSet(cause))
    .execute()
}

export async function deleteQuarantine(db: Db, workload: string): Promise<void> {
  await db.deleteFrom('quarantine').where('workload', '=', workload).execute()
}
