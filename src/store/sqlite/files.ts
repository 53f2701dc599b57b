import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  lchownSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'

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

/** A user and a group, by number. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * Whose the state is where root works on another user's, as `sudo longshore state backup` does: what root writes there
 * has to be theirs, or their service cannot read it. Null for everybody else, and where the state is root's own.
 */
export function ownerOf({ database, lock, folder }: StateFiles): Owner | null {
  if (process.geteuid?.() !== 0) return null
  for (const each of [database, lock, folder]) {
    const found = statSync(each, { throwIfNoEntry: false })
    if (found !== undefined) return found.uid === 0 ? null : { uid: found.uid, gid: found.gid }
  }
  return null
}

/** As `ownerOf`, for a copy in a folder that may be another's: theirs it is where the folder is, and else root's. */
export function ownerOfCopy(files: StateFiles, folder: string): Owner | null {
  const owner = ownerOf(files)
  return owner?.uid === statSync(folder, { throwIfNoEntry: false })?.uid ? owner : null
}

/** Makes the folder for this user alone, or for its owner; one that is there keeps the mode that its owner gave it. */
export function createFolder(folder: string, owner: Owner | null = null): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  chmodSync(folder, 0o700)
  if (owner === null) return
  for (let made = resolve(folder); made.length >= first.length; made = dirname(made)) {
    lchownSync(made, owner.uid, owner.gid)
  }
}

/** Makes an empty file for this user alone, or for its owner, whatever the umask says. One that is there is left alone. */
export function createFile(file: string, owner: Owner | null = null): void {
  if (existsSync(file)) return
  const descriptor = openSync(file, 'wx', 0o600)
  try {
    fchmodSync(descriptor, 0o600)
    // Not by its name, in the place of which its owner could put another.
    if (owner !== null) fchownSync(descriptor, owner.uid, owner.gid)
  } finally {
    closeSync(descriptor)
  }
}

/** Takes everybody else's permissions away from the database and what SQLite put beside it. */
export function restrictFiles(files: StateFiles): void {
  for (const file of [files.database, `${files.database}-wal`, `${files.database}-shm`]) {
    const mode = statSync(file, { throwIfNoEntry: false })?.mode
    if (mode !== undefined && (mode & 0o777) !== 0o600) chmodSync(file, 0o600)
  }
}
