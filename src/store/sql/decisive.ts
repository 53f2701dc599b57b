import { readHold } from './meta.ts'
import { readOverrides } from './overrides.ts'
import { readPauses } from './pauses.ts'
import { readQuarantines } from './quarantine.ts'
import { readOpenRollouts } from './rollouts.ts'
import type { Db } from './tables.ts'
import { readApprovals, readGateFailures, readMassChanges } from './target-holds.ts'
import { readWorkloads } from './workloads.ts'

/**
 * Reads everything that every pass reads: where one of these rows cannot be, nothing is decided any more.
 * @throws STATE_UNREADABLE naming the row
 */
export async function readDecisive(db: Db): Promise<void> {
  await readHold(db)
  const readers = [readOpenRollouts, readWorkloads, readOverrides, readPauses, readQuarantines]
  for (const read of readers) await read(db)
  for (const read of [readGateFailures, readMassChanges, readApprovals]) await read(db)
}
