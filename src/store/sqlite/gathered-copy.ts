import { chmodSync, constants, copyFileSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { damageIn, examineFile, type Examined } from './examine-file.ts'
import { createFile, type StateFiles } from './files.ts'

const suffixes = ['', '-wal', '-shm', '-journal']

/** A copy of a state with what its log has in it, to be removed once it is of no use any more. */
export interface GatheredCopy {
  readonly file: string
  readonly found: Examined
}

/** Whether something lies in a log beside a file: what a process left that was killed. */
export const hasLog = (database: string): boolean =>
  (statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0

/**
 * Copies a state and its log, as far as that can be read, into one file beside the state. Only for the holder of the
 * lock, while nothing in this process has what is copied open (see `stateFiles`).
 */
export async function gatherCopy(files: StateFiles, database: string): Promise<GatheredCopy> {
  const file = copyOf(files)
  removeCopy(files)
  try {
    for (const suffix of hasLog(database) ? ['-wal', ''] : ['']) copy(database + suffix, file + suffix)
    return { file, found: gather(file) ?? (await examineFile(file, 'still')) }
  } catch (error) {
    // A full disk must not stay full by it.
    removeCopy(files)
    throw error
  }
}

function copy(from: string, to: string): void {
  createFile(to)
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
  // Copying gives it the mode of what is copied.
  chmodSync(to, 0o600)
}

/** Has SQLite read the log as far as it can, and leaves none. @returns what is wrong where it cannot */
function gather(file: string): Examined | null {
  const database = new DatabaseSync(file)
  try {
    database.exec('pragma journal_mode = delete')
    return null
  } catch (error) {
    const problem = damageIn(error)
    if (problem === null) throw error
    return { kind: 'damaged', problem }
  } finally {
    database.close()
  }
}

/** The number of the last entry of the history, of a file that nobody writes and is sound; 0 where there is none. */
export function lastEntry(file: string): number {
  const database = new DatabaseSync(new URL(`${pathToFileURL(file).href}?immutable=1`), { readOnly: true })
  try {
    return Number(database.prepare('select max(sequence) as last from history').get()?.['last'] ?? 0)
  } finally {
    database.close()
  }
}

/** Removes such a copy, or what a process that was killed left of one. */
export function removeCopy(files: StateFiles): void {
  for (const suffix of suffixes) rmSync(copyOf(files) + suffix, { force: true })
}

const copyOf = ({ database }: StateFiles): string => `${database}.gathered.part`
