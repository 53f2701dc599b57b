import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { AppError } from '../../../errors.ts'
import { quote } from '../../../image/quote.ts'
import { codeOf } from './write-failure.ts'

interface Holder {
  readonly pid: number
  readonly host: string
  /** Of this start of the process: in a container every start may have the same number. */
  readonly start: string
}

/** A write takes seconds at most: an older lock of another machine, whose processes we cannot see, was left behind. */
const ageMaxMs = 5 * 60_000
const start = randomUUID()

/**
 * Takes an advisory lock: a file that only one can create. Left behind by a process that is no more, it is taken away.
 *
 * @returns releases it
 * @throws TARGET_CONFLICT while somebody else holds it; the file system's own error when it cannot be created
 */
export async function takeLockFile(path: string, target: string): Promise<() => Promise<void>> {
  const own = JSON.stringify({ pid: process.pid, host: hostname(), start } satisfies Holder)
  if (await create(path, own)) return () => unlink(path)
  if ((await breakStale(path)) && (await create(path, own))) return () => unlink(path)
  throw new AppError('TARGET_CONFLICT', `${quote(target)}: somebody else is editing it (${quote(path)})`)
}

async function create(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(text).finally(() => file.close())
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    // What could be created and not be written would look like a lock of nobody.
    if (codeOf(error) === 'ENOSPC') await unlink(path).catch(() => undefined)
    throw error
  }
}

/** Moved away before it is deleted, so that of two that find it stale neither deletes the lock the other then took. */
async function breakStale(path: string): Promise<boolean> {
  const found = await readFile(path, 'utf8').catch(() => null)
  if (found === null) return true
  const isOld = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > ageMaxMs,
    () => true,
  )
  if (!isOld && isHeld(found)) return false
  const aside = `${path}.${randomUUID()}`
  const isMoved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!isMoved) return true
  const isTheSame = (await readFile(aside, 'utf8').catch(() => found)) === found
  if (!isTheSame) await link(aside, path).catch(() => undefined)
  await unlink(aside)
  return isTheSame
}

function isHeld(text: string): boolean {
  const holder = parseHolder(text)
  // Half written: its process is about to write the rest, or died; then its age decides.
  if (holder === null || holder.host !== hostname()) return true
  if (holder.pid === process.pid) return holder.start === start
  try {
    process.kill(holder.pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

function parseHolder(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('pid' in value && 'host' in value && 'start' in value)) {
      return null
    }
    const { pid, host, start: startedAs } = value
    return typeof pid === 'number' && typeof host === 'string' && typeof startedAs === 'string'
      ? { pid, host, start: startedAs }
      : null
  } catch {
    return null
  }
}
