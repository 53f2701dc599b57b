import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { AppError } from '../../../errors.ts'
import { quote } from '../../../image/quote.ts'
import { confine } from './confine.ts'
import { codeOf } from './write-failure.ts'

/** Far above any Compose or env file, in bytes. */
const sizeMax = 4 * 1024 * 1024

/**
 * Text of a Compose or env file, a byte order mark included: encoded as UTF-8 it is the file again, byte for byte.
 *
 * @param path without symbolic links, as `confine` returns it
 * @throws COMPOSE_FILE_UNREADABLE when it may not be read, is no ordinary file, too large, or not UTF-8
 */
export async function readDefinitionFile(path: string): Promise<string> {
  const refuse = (sentence: string, cause?: unknown): AppError =>
    new AppError('COMPOSE_FILE_UNREADABLE', `${quote(path)}: ${sentence}`, { cause })
  // Not to wait for ever for the other end when it is a pipe.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags).catch((error: unknown) => {
    const mayNot = `the user of longshore (${process.geteuid?.() ?? 'unknown'}) may not read it`
    throw refuse(codeOf(error) === 'EACCES' ? mayNot : 'cannot be opened', error)
  })
  try {
    const status = await file.stat()
    if (!status.isFile()) throw refuse('is not an ordinary file')
    if (status.size > sizeMax) throw refuse(`is larger than ${sizeMax} bytes`)
    return decode(await file.readFile())
  } catch (error) {
    if (error instanceof AppError) throw error
    throw refuse(error instanceof TypeError ? 'is not UTF-8 text' : 'cannot be read', error)
  } finally {
    await file.close()
  }
}

/** A reader for `findImage` that stays inside the allowed folders; null for a file that is not there. */
export function confinedReader(roots: readonly string[]): (path: string) => Promise<string | null> {
  return async (path) => {
    try {
      return await readDefinitionFile(await confine(path, roots))
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }
}

function decode(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
}

function isMissing(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
}
