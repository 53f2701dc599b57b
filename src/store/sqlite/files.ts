import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs'
import { join, resolve } from 'node:path'

/** Where the state lies. SQLite itself adds `-wal` and `-shm` beside the database, with the database's mode. */
export interface StateFiles {
  readonly folder: string
  readonly database: string
  readonly lock: string
}

/**
 * Nobody may open and close these files but SQLite: closing any descriptor of a file drops all locks that this
 * process holds on it, SQLite's among them. Hence modes are set by path, and a file is opened only to create it.
 * @see https://sqlite.org/howtocorrupt.html 2.2
 */
export function stateFiles(folder: string): StateFiles {
  const absolute = resolve(folder)
  return {
    folder: absolute,
    database: join(absolute, 'longshore.db'),
    lock: join(absolute, 'longshore.lock'),
  }
}

/** Whether it is there. @throws the file system's error where that cannot be told, or this user may not read it */
export function isThere(file: string): boolean {
  try {
    accessSync(file, constants.R_OK)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

/** Makes the folder for this user alone; one that is there keeps the mode that its owner gave it. */
export function createFolder(folder: string): void {
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700)
}

/** Makes an empty file for this user alone, whatever the umask says. One that is there is left alone. */
export function createFile(file: string): void {
  if (existsSync(file)) return
  const descriptor = openSync(file, 'wx', 0o600)
  fchmodSync(descriptor, 0o600)
  closeSync(descriptor)
}

/** Takes everybody else's permissions away from the database and what SQLite put beside it. */
export function restrictFiles(files: StateFiles): void {
  for (const file of [files.database, `${files.database}-wal`, `${files.database}-shm`]) {
    const mode = statSync(file, { throwIfNoEntry: false })?.mode
    if (mode !== undefined && (mode & 0o777) !== 0o600) chmodSync(file, 0o600)
  }
}
