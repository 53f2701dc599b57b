import type { DecisionState, WorkloadRow } from '../store.ts'
import { prepared } from './prepared.ts'
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

const selectWorkload = prepared((db, { id }: { readonly id: string }) =>
  db.selectFrom('workloads').selectAll().where('id', '=', id),
)

export async function readWorkload(db: Db, id: string): Promise<WorkloadRow | null> {
  const [row] = (await selectWorkload(db, { id })).rows
  return row === undefined ? null : toWorkload(row)
}

export async function readWorkloads(db: Db): Promise<readonly WorkloadRow[]> {
  const rows = await db.selectFrom('workloads').selectAll().orderBy('id').execute()
  return rows.map(toWorkload)
}

const upsertWorkload = (keepsBaseline: boolean) =>
  prepared((db, workload: Tables['workloads']) => {
    const { id, baselineImage, image, imageId, digest, mode, state, reason, candidate, groupName } = workload
    const { observedAt, decidedAt, since } = workload
    const row = { image, imageId, digest, mode, state, reason, candidate, groupName, observedAt, decidedAt, since }
    return db
      .insertInto('workloads')
      .values({ id, baselineImage, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(keepsBaseline ? row : { baselineImage, ...row }))
  })
const upsert = upsertWorkload(false)
const upsertKeeping = upsertWorkload(true)

/** @param keepsBaseline whether what is known of the image that it is meant to run stays */
export async function writeWorkload(db: Db, workload: WorkloadRow, keepsBaseline: boolean): Promise<void> {
  const { id, baselineImage, group: groupName, ...rest } = workload
  const { image, imageId, digest, mode, state, candidate, observedAt, decidedAt, since } = rest
  const reason = JSON.stringify(workload.reason)
  const row = { image, imageId, digest, mode, state, reason, candidate, groupName, observedAt, decidedAt, since }
  await (keepsBaseline ? upsertKeeping : upsert)(db, { id, baselineImage, ...row })
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
