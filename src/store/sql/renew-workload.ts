import type { WorkloadRow } from '../store.ts'
import { prepared } from './prepared.ts'
import type { Db, Tables } from './tables.ts'

const renew = prepared((db, row: Omit<Tables['workloads'], 'since'>) =>
  db
    .updateTable('workloads')
    .set({ observedAt: row.observedAt, decidedAt: row.decidedAt })
    .where('id', '=', row.id)
    .where('state', '=', row.state)
    .where('reason', '=', row.reason)
    .where('image', '=', row.image)
    .where('imageId', '=', row.imageId)
    .where('baselineImage', '=', row.baselineImage)
    .where('mode', '=', row.mode)
    .where('digest', 'is not distinct from', row.digest)
    .where('candidate', 'is not distinct from', row.candidate)
    .where('groupName', 'is not distinct from', row.groupName),
)

/** @returns whether there was such a row, apart from its times; else nothing is written */
export async function renewWorkload(db: Db, workload: Omit<WorkloadRow, 'since'>): Promise<boolean> {
  const { id, image, imageId, digest, mode, baselineImage, state, candidate, group: groupName } = workload
  const { observedAt, decidedAt } = workload
  const reason = JSON.stringify(workload.reason)
  const row = { id, image, imageId, digest, mode, baselineImage, state, reason, candidate, groupName }
  const { numAffectedRows = 0n } = await renew(db, { ...row, observedAt, decidedAt })
  return numAffectedRows > 0n
}
