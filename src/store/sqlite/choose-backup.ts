import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '../../errors.ts'
import type { StateBackup } from '../rows/state-file.ts'
import type { Time } from '../rows/time.ts'
import { listBackups, takenAt, tellBackup, type BackupFile } from './backup-files.ts'
import { examineBackup, newestGood } from './examine-backup.ts'
import { problemOf } from './examine-file.ts'
import type { StateFiles } from './files.ts'
import { gatherCopy, hasLog } from './gathered-copy.ts'
import { logDamage } from './log-damage.ts'

/** What a person has put in the place of the state. */
export interface ChosenBackup {
  readonly backup: StateBackup
  /** It as the reason of a hold names it. */
  readonly told: string
  /** What is to be copied: the backup, or a copy of it with what its log has, which the caller removes. */
  readonly source: string
  /** Newer ones that are not good, newest first. */
  readonly passedOver: readonly StateBackup[]
}

/**
 * The newest good backup, or the one or the file that is named. Beside a file that a process left that was killed, also
 * one that was kept aside, lies its log: what that has belongs to it.
 *
 * @param name null for the newest that is good
 * @param now in milliseconds since the epoch
 * @throws STATE_BACKUP_UNUSABLE
 */
export async function chooseBackup(
  files: StateFiles,
  folder: string,
  name: string | null,
  now: number,
): Promise<ChosenBackup> {
  const all = listBackups(folder)
  if (name === null) {
    const { newest, passedOver } = await newestGood(all)
    if (newest !== null)
      return { backup: chosen(newest, now), told: tellBackup(newest, now), source: newest.file, passedOver }
    const unread = passedOver.find(({ isRead }) => !isRead)
    const known =
      unread === undefined ? 'is good' : `is known to be good, and ${unread.file} may be good: ${unread.problem ?? ''}`
    const none =
      all.length === 0 ? `no backup lies in ${folder}` : `none of the ${all.length} backups in ${folder} ${known}`
    throw new AppError('STATE_BACKUP_UNUSABLE', none)
  }
  const among = all.find(({ file }) => file === join(folder, name))
  const file = among?.file ?? resolve(name)
  const { source, problem } = hasLog(file) ? await withItsLog(files, file) : await alone(file)
  if (problem !== null) throw new AppError('STATE_BACKUP_UNUSABLE', `${file} cannot be restored: ${problem}`)
  const backup = among ?? { file, at: writtenAt(file), writtenAt: null, sizeBytes: statSync(file).size }
  return { backup: chosen(backup, now), told: tellBackup(backup, now), source, passedOver: [] }
}

const chosen = (backup: Omit<BackupFile, 'schema'>, now: number): StateBackup => ({
  file: backup.file,
  at: takenAt(backup, now),
  sizeBytes: backup.sizeBytes,
  problem: null,
})

/** What was written last is in the log, where there is one. */
const writtenAt = (file: string): Time => statSync(hasLog(file) ? `${file}-wal` : file).mtime.toISOString()

interface Looked {
  readonly source: string
  readonly problem: string | null
}

async function alone(file: string): Promise<Looked> {
  return { source: file, problem: (await examineBackup(file)).problem }
}

async function withItsLog(files: StateFiles, file: string): Promise<Looked> {
  const inLog = logDamage(file)
  if (inLog !== null) return { source: file, problem: `${inLog}; to do without that log, move ${file}-wal away` }
  const { file: source, found } = await gatherCopy(files, file)
  return { source, problem: problemOf(found) }
}
