import type { StoreBackups } from '../rows/state-file.ts'
import { listBackups, type BackupSettings } from './backup-files.ts'
import type { StateFiles } from './files.ts'
import { takeBackup } from './take-backup.ts'

/** The backups of a state, for its owner. */
export function ownBackups(files: StateFiles, settings: BackupSettings, now: () => number): StoreBackups {
  return {
    newestAt: () => listBackups(settings.folder)[0]?.at ?? null,
    take: () => takeBackup(files, settings, now()),
  }
}
