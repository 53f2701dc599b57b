import { renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { AppError } from '../../errors.ts'
import { reachDisk } from '../../lib/reach-disk.ts'
import type { StateBackup, TakenBackup } from '../rows/state-file.ts'
import type { BackupSettings } from './backup-files.ts'
import { listBackups, nextBackupFile, pruneBackups } from './backup-files.ts'
import { examineApart } from './examine-apart.ts'
import { problemOf } from './examine-file.ts'
import { flushAlong } from './flush-along.ts'
import { createFile, createFolder, ownerOf, type Owner, type StateFiles } from './files.ts'
import { stateError } from './state-error.ts'

/**
 * All pages in one step, on a thread of its own: a copy in several steps begins anew whenever somebody else has written
 * in between, and may never end. In WAL mode it keeps no writer waiting.
 */
const allPages = 2 ** 31 - 1

/** What has to stay free beside a backup: it must never be what fills the disk that rollouts are written down on. */
const roomMinBytes = 16 * 1024 * 1024

/**
 * Copies a state that is in use to a file that appears whole and checked, or not at all.
 *
 * @param owner whose the copy is; this user's where it is left out
 * @throws STATE_UNREADABLE when the copy is not good, and so the state is not; STATE_UNWRITABLE
 */
export async function copyState(database: string, to: string, owner: Owner | null = null): Promise<StateBackup> {
  const part = `${to}.part`
  try {
    refuseWithoutRoom(database, dirname(to))
    removeCopy(part)
    createFile(part, owner)
    await copyPages(database, part)
    const problem = problemOf(await examineApart(part))
    if (problem !== null) {
      throw new AppError('STATE_UNREADABLE', `the state in ${dirname(database)} is damaged: ${problem}`)
    }
    await reachDisk(part)
    renameSync(part, to)
    await reachDisk(dirname(to))
  } catch (error) {
    removeCopy(part)
    throw stateError(error, dirname(database))
  }
  const { size, mtime } = statSync(to)
  return { file: to, at: mtime.toISOString(), sizeBytes: size, problem: null }
}

/**
 * One more among the backups, and the oldest beyond those to be kept are gone. One that cannot be removed takes nothing
 * from the backup that was taken.
 *
 * @param schema that a migration is about to leave; null outside of one
 * @throws as `copyState`; then all that there were are there
 */
export async function takeBackup(
  files: StateFiles,
  settings: BackupSettings,
  now: number,
  schema: number | null = null,
): Promise<TakenBackup> {
  const { folder } = settings
  try {
    const owner = ownerOf(files)
    createFolder(folder, owner)
    const taken = await copyState(files.database, nextBackupFile(folder, now, schema), owner)
    const unremoved = pruneBackups(settings, now)
    const at = listBackups(folder).find(({ file }) => file === taken.file)?.at ?? taken.at
    return { ...taken, at, ...(unremoved.length > 0 && { unremoved: unremoved.join('; ') }) }
  } catch (error) {
    throw stateError(error, folder)
  }
}

async function copyPages(database: string, part: string): Promise<void> {
  const reader = new DatabaseSync(database, { readOnly: true, timeout: 5_000 })
  try {
    await flushAlong(part, backup(reader, part, { rate: allPages }))
  } finally {
    reader.close()
  }
  const copy = new DatabaseSync(part)
  try {
    // A copy of a file in WAL mode is in it too, and would need two more files beside it to be read.
    copy.exec('pragma journal_mode = delete')
  } finally {
    copy.close()
  }
}

function refuseWithoutRoom(database: string, folder: string): void {
  const sizes = [database, `${database}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  const needed = sizes.reduce((sum, each) => sum + each, roomMinBytes)
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= needed) return
  const free = `${Math.floor((bavail * bsize) / 1e6)} MB free, ${Math.ceil(needed / 1e6)} MB needed`
  throw new AppError('STATE_UNWRITABLE', `there is no room for a backup of the state in ${folder} (${free})`)
}

function removeCopy(part: string): void {
  for (const file of [part, `${part}-journal`, `${part}-wal`, `${part}-shm`]) rmSync(file, { force: true })
}
