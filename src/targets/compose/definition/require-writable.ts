import { access, constants, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, writeFailure } from './write-failure.ts'

/**
 * Sees that a file can be given new bytes, before anything is touched. A full disk is found only by writing.
 *
 * @throws COMPOSE_FILE_UNWRITABLE saying why it cannot
 */
export async function requireWritable(path: string): Promise<void> {
  try {
    const real = await realpath(path)
    await access(real, constants.W_OK).catch(async (error: unknown) => {
      // A file of our own that is marked read-only is replaced, not overwritten.
      const isOwn = codeOf(error) === 'EACCES' && (await stat(real)).uid === process.geteuid?.()
      if (!isOwn) throw error
      await access(dirname(real), constants.W_OK)
    })
  } catch (error) {
    throw writeFailure(path, error)
  }
}
