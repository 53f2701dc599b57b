import { constants, copyFileSync, existsSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { examineFile } from './examine-file.ts'
import type { StateFiles } from './files.ts'

const suffixes = ['', '-wal', '-shm', '-journal']

/**
 * Copies the state as it was before the damage to its log. Only for the holder of the lock, while nothing in this process
 * has it open (see `stateFiles`).
 *
 * @returns the copy, to be removed once it is of no use any more; null where it is not good
 */
export async function copyBeforeDamage(files: StateFiles): Promise<string | null> {
  const { database } = files
  const copy = copyOf(files)
  removeCopy(files)
  try {
    for (const suffix of ['-wal', '']) {
      if (existsSync(database + suffix)) copyFileSync(database + suffix, copy + suffix, constants.COPYFILE_FICLONE)
    }
    gather(copy)
    if ((await examineFile(copy, 'still')).kind === 'sound') return copy
  } catch (error) {
    // A full disk must not stay full by it.
    removeCopy(files)
    throw error
  }
  removeCopy(files)
  return null
}

/** Has SQLite read the log as far as it can, and leaves none. */
function gather(copy: string): void {
  const file = new DatabaseSync(copy)
  try {
    file.exec('pragma journal_mode = delete')
  } finally {
    file.close()
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

const copyOf = ({ database }: StateFiles): string => `${database}.before.part`
