import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** Has a folder's names, or a file's contents, reach the disk. Not for the file of a state that is open here: see `stateFiles`. */
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

/**
 * Has what is written to a large file reach the disk bit by bit: whoever waits for the disk with a file of their own would
 * else wait for all of it.
 *
 * @param writing until when; what that gives or throws is what comes of this
 */
export async function flushAlong<Written>(path: string, writing: Promise<Written>): Promise<Written> {
  const end = new AbortController()
  const flush = async (): Promise<void> => {
    const handle = await open(path, 'r')
    try {
      while (!end.signal.aborted) await handle.datasync()
    } finally {
      await handle.close()
    }
  }
  const [, flushed] = await Promise.allSettled([writing.finally(() => end.abort()), flush()])
  const written = await writing
  if (flushed.status === 'rejected') throw flushed.reason
  return written
}

/** Some network file systems know of no such thing for folders; SQLite and PostgreSQL pass over that too. */
const isUnknownThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EINVAL' || error.code === 'ENOTSUP')
