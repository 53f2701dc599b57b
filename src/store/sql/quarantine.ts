import type { Digest } from '../../image/digest.ts'
import type { Quarantine } from '../store.ts'
import type { Check } from './shape.ts'
import { isText, objectOf, parseJson, readRow } from './shape.ts'
import type { Db, Tables } from './tables.ts'
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
  return rows.map(toQuarantine)
}

/** By workload and digest. */
export async function readQuarantines(db: Db): Promise<readonly Quarantine[]> {
  const rows = await db.selectFrom('quarantine').selectAll().orderBy('workload').orderBy('digest').execute()
  return rows.map(toQuarantine)
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

export async function deleteQuarantine(db: Db, workload: string, digest: Digest | 'all'): Promise<void> {
  const ofWorkload = db.deleteFrom('quarantine').where('workload', '=', workload)
  await (digest === 'all' ? ofWorkload : ofWorkload.where('digest', '=', digest)).execute()
}

function toQuarantine(row: Tables['quarantine']): Quarantine {
  return readRow('quarantine', `${row.workload} ${row.digest}`, isQuarantine, {
    ...row,
    reason: parseJson(row.reason),
  })
}
