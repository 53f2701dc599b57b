import { open } from 'node:fs/promises'

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
