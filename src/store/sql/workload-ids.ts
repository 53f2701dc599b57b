import { prepared } from './prepared.ts'
import type { Db } from './tables.ts'

const selectIds = prepared((db) => db.selectFrom('workloads').select('id').orderBy('id'))

export async function readWorkloadIds(db: Db): Promise<readonly string[]> {
  const { rows } = await selectIds(db, {})
  return rows.map(({ id }) => id)
}
