import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, sep } from 'node:path'
import { AppError } from '../../../errors.ts'
import { quote } from '../../../image/quote.ts'
import { codeOf } from './write-failure.ts'

/**
 * The real file behind a path, if that file lies in one of the folders in which files may be read and edited.
 * Symbolic links are followed in the path and in the folders: what counts is where the bytes are.
 *
 * @param roots folders, absolute; one that does not exist allows nothing
 * @returns an absolute path without links; this one is to be written, so that a link stays a link
 * @throws COMPOSE_PATH_REFUSED outside the folders, COMPOSE_FILE_UNREADABLE when there is no such file
 */
export async function confine(path: string, roots: readonly string[]): Promise<string> {
  const real = await realpath(path).catch((error: unknown) => {
    throw new AppError('COMPOSE_FILE_UNREADABLE', `${quote(path)}: ${reasonOf(error)}`, { cause: error })
  })
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => null)
    if (realRoot !== null && isInside(real, realRoot)) return real
  }
  const behind = real === path ? '' : ` (really ${quote(real)})`
  const allowed = roots.length === 0 ? 'no folder is allowed' : `allowed: ${roots.map(quote).join(', ')}`
  throw new AppError('COMPOSE_PATH_REFUSED', `${quote(path)}${behind} lies outside the allowed folders; ${allowed}`)
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file'
  if (code === 'ELOOP') return 'its symbolic links lead in a circle'
  return code === 'EACCES' ? 'this user may not look there' : `cannot be found (${code})`
}
