import type { Kysely } from 'kysely'
import { changeRecords } from './change-records.ts'

/** Rollouts know what is made again with what they replace, and whom they follow; older ones were alone. */
export async function sets(db: Kysely<unknown>): Promise<void> {
  await changeRecords(db, () => ({ dependants: [], follows: null }))
}
