import type { Kysely } from 'kysely'
import { changeRecords } from './change-records.ts'

/** Rollouts know of containers that do not run, and of such as remove themselves; older ones replaced neither. */
export async function kindsOfContainers(db: Kysely<unknown>): Promise<void> {
  await changeRecords(db, () => ({ stopped: null, removesItself: false }))
}
