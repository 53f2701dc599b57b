import { DatabaseSync } from 'node:sqlite'
import { createFile, type Owner } from './files.ts'

/** Held until released, or until the process dies however it dies. */
export interface Lock {
  release(): void
}

const sqliteBusy = 5

/**
 * Takes the lock at once; null when another process, or this one, holds it.
 * The file is an empty SQLite database in an open exclusive transaction, because node has no file locks of its own
 * and SQLite's are the operating system's: there is nothing stale to clean up (docs/decisions/0002-state-lock.md).
 *
 * @param owner whose the file is where there was none; this user's where it is left out
 */
export function takeLock(file: string, owner: Owner | null = null): Lock | null {
  createFile(file, owner)
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    // With the journal in memory the transaction, which writes nothing, leaves no second file behind.
    database.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return null
    throw error
  }
  return { release: () => database.close() }
}
