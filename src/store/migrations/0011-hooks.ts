import type { Kysely } from 'kysely'
import { changeRecords } from './change-records.ts'

/** Rollouts keep the hooks that were configured, and how those ended; older ones had none. */
export async function hooks(db: Kysely<unknown>): Promise<void> {
  await changeRecords(db, () => ({
    hooks: { beforeRollout: [], afterRollout: [], beforeRollback: [], afterRollback: [] },
    hookResults: [],
  }))
}
