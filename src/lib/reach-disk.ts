import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'

/**
 * Has a folder's names, as after a rename, or a file's contents reach the disk. Not for the file of a state that is open
 * here: see `stateFiles`.
 */
export function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } catch (error) {
    if (!isUnknownThere(error)) throw error
  } finally {
    closeSync(descriptor)
  }
}

/** The same for what is large, or has others waiting: it keeps nobody here waiting. */
export async function reachDisk(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } catch (error) {
    if (!isUnknownThere(error)) throw error
  } finally {
    await handle.close()
  }
}

/** Some network file systems know of no such thing for folders; SQLite and PostgreSQL pass over that too. */
const isUnknownThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EINVAL' || error.code === 'ENOTSUP')
