import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { hashOf } from './hash.ts'

/** Far above what a secret or an env file holds, in bytes: 4 MiB. What is larger is told by size and time. */
const hashedBytesMax = 4 * 1024 * 1024

/**
 * Tells whether a file is still what it was: the hash of its content, or size and times of what is too large, no
 * ordinary file, or closed to us. Empty when there is none that we can see. Nothing of the content is kept.
 *
 * @param path without symbolic links
 */
export async function fingerprint(path: string): Promise<string> {
  const status = await stat(path).catch(() => null)
  if (status === null) return ''
  const outside = `${status.dev}:${status.ino}:${status.size}:${status.mtimeMs}:${status.ctimeMs}`
  if (!status.isFile() || status.size > hashedBytesMax) return outside
  // It may have become a pipe since, for whose other end nobody waits.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags).catch(() => null)
  if (file === null) return outside
  try {
    return hashOf(await file.readFile())
  } catch {
    return outside
  } finally {
    await file.close()
  }
}
