import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
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
  await requireInside(path, real, roots)
  return real
}

/**
 * The same for a file that need not be there: then what counts is where it would be, so that a link which leads
 * nowhere yet is not taken for harmless.
 *
 * @throws COMPOSE_PATH_REFUSED outside the folders, COMPOSE_FILE_UNREADABLE where that cannot be told
 */
export async function confineOptional(path: string, roots: readonly string[]): Promise<string> {
  const real = await placeOf(path, linksMax)
  await requireInside(path, real, roots)
  return real
}

/** As many links as the system follows. */
const linksMax = 40

async function placeOf(path: string, links: number): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(codeOf(error))
    if (!isMissing || links === 0 || path === dirname(path)) {
      throw new AppError('COMPOSE_FILE_UNREADABLE', `${quote(path)}: ${reasonOf(error)}`, { cause: error })
    }
    const folder = await placeOf(dirname(path), links)
    const target = await readlink(path).catch(() => null)
    return target === null ? join(folder, basename(path)) : placeOf(resolve(folder, target), links - 1)
  }
}

/** @throws COMPOSE_PATH_REFUSED */
async function requireInside(path: string, real: string, roots: readonly string[]): Promise<void> {
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => null)
    if (realRoot !== null && isInside(real, realRoot)) return
  }
  const behind = real === path ? '' : ` (really ${quote(real)})`
  const allowed = roots.length === 0 ? 'no folder is allowed' : `allowed: ${roots.map(quote).join(', ')}`
  const outside = `${quote(path)}${behind} lies outside the allowed folders; ${allowed}`
  throw new AppError(
    'COMPOSE_PATH_REFUSED',
    `${outside}; name its folder under compose.roots, beside those, or move it`,
  )
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
