import type { DecisionState, WorkloadRow } from '../store.ts'
import type { Check } from './shape.ts'
import { isText, keyOf, objectOf, oneOf, orNull, parseJson, readRow } from './shape.ts'
import type { Db, Tables } from './tables.ts'
import { isDigestText, isReason } from './values.ts'

const isState = keyOf<DecisionState>({
  current: true,
  outdated: true,
  held: true,
  unknown: true,
  'rolling-out': true,
  ignored: true,
})

const isWorkload: Check<WorkloadRow> = objectOf<WorkloadRow>({
  id: isText,
  image: isText,
  imageId: isText,
  digest: orNull(isDigestText),
  mode: oneOf(['auto', 'notify']),
  baselineImage: isText,
  state: isState,
  reason: isReason,
  candidate: orNull(isDigestText),
  group: orNull(isText),
  observedAt: isText,
  decidedAt: isText,
  since: isText,
})

export async function readWorkload(db: Db, id: string): Promise<WorkloadRow | null> {
  const row = await db.selectFrom('workloads').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : toWorkload(row)
}

export async function readWorkloads(db: Db): Promise<readonly WorkloadRow[]> {
  const rows = await db.selectFrom('workloads').selectAll().orderBy('id').execute()
  return rows.map(toWorkload)
}

/** @param keepsBaseline whether what is known of the image that it is meant to run stays */
export async function writeWorkload(db: Db, workload: WorkloadRow, keepsBaseline: boolean): Promise<void> {
  const { id, baselineImage, group: groupName, ...rest } = workload
  const { image, imageId, digest, mode, state, candidate, observedAt, decidedAt, since } = rest
  const reason = JSON.stringify(workload.reason)
  const row = { image, imageId, digest, mode, state, reason, candidate, groupName, observedAt, decidedAt, since }
  await db
    .insertInto('workloads')
    .values({ id, baselineImage, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(keepsBaseline ? row : { baselineImage, ...row }))
    .execute()
}

export async function writeBaselineImage(db: Db, id: string, baselineImage: string): Promise<void> {
  await db.updateTable('workloads').set({ baselineImage }).where('id', '=', id).execute()
}

export async function deleteWorkload(db: Db, id: string): Promise<void> {
  await db.deleteFrom('workloads').where('id', '=', id).execute()
}

function toWorkload({ groupName, ...row }: Tables['workloads']): WorkloadRow {
  return readRow('workloads', row.id, isWorkload, { ...row, group: groupName, reason: parseJson(row.reason) })
}
