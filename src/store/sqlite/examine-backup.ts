import { AppError } from '../../errors.ts'
import type { StateBackup } from '../rows/state-file.ts'
import type { BackupFile } from './backup-files.ts'
import { examineFile, problemOf } from './examine-file.ts'
import { stateError } from './state-error.ts'

/** Whether a backup can take the place of a state. */
export interface ExaminedBackup {
  /** Without its full stop; null where it can. */
  readonly problem: string | null
  /** False where it may be good, and the disk or the rights of this user do not let it be seen. */
  readonly isRead: boolean
}

/** Looks at one of many: what keeps it from being read is its own problem, and no other's. */
export async function examineBackup(file: string): Promise<ExaminedBackup> {
  try {
    return { problem: problemOf(await examineFile(file, 'still')), isRead: true }
  } catch (thrown) {
    const error = stateError(thrown, file)
    if (error.code === 'INTERNAL') throw thrown
    const why = thrown instanceof AppError ? thrown.cause : thrown
    return { problem: `it cannot be read: ${why instanceof Error ? why.message : error.message}`, isRead: false }
  }
}

/** The newest that is good, and why those that are newer are not. */
export interface NewestGood {
  readonly newest: BackupFile | null
  readonly passedOver: readonly (StateBackup & ExaminedBackup)[]
}

/** @param backups newest first */
export async function newestGood(backups: readonly BackupFile[]): Promise<NewestGood> {
  const passedOver: (StateBackup & ExaminedBackup)[] = []
  for (const newest of backups) {
    const { file, at, sizeBytes } = newest
    const found = await examineBackup(file)
    if (found.problem === null) return { newest, passedOver }
    passedOver.push({ file, at, sizeBytes, ...found })
  }
  return { newest: null, passedOver }
}
