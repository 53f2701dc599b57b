import { accessSync, constants, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * Whether this user can keep a state in a folder, which need not be there yet. A disk that is full is not asked for: it
 * may have room again in a minute, and a state in another place would not know what this one does.
 */
export function canBeWritten(folder: string): boolean {
  const database = join(resolve(folder), 'longshore.db')
  return isFolderWritable(resolve(folder)) && (allows(database, constants.R_OK | constants.W_OK) ?? true)
}

/** That folder, or the nearest above it that is there. */
function isFolderWritable(folder: string): boolean {
  const allowed = allows(folder, constants.W_OK | constants.X_OK)
  if (allowed === true) return statSync(folder).isDirectory()
  return allowed === null && folder !== dirname(folder) && isFolderWritable(dirname(folder))
}

/** Null where there is nothing. */
function allows(path: string, mode: number): boolean | null {
  try {
    accessSync(path, mode)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? null : false
  }
}
