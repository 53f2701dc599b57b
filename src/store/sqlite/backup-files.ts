import { readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Time } from '../rows/time.ts'

/** Which backups are kept, and where. */
export interface BackupSettings {
  readonly folder: string
  /** How many; 0 for taking none. */
  readonly keep: number
  /** Whether one takes the place of a state that a newer version wrote, which else is refused. */
  readonly onNewer?: 'refuse' | 'restore'
}

/** A file among the backups, by its name; whether it is good is another matter. */
export interface BackupFile {
  readonly file: string
  /** By its name, which those follow that are taken later whatever the clock says: see `takenAt`. */
  readonly at: Time
  /** When the file system says that it was written; null where that cannot be told. */
  readonly writtenAt: Time | null
  readonly sizeBytes: number
  /** Set for one that was taken before a migration: the schema that was left. */
  readonly schema: number | null
}

const name = /^longshore-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z(?:-schema(\d+))?\.db$/

/** Newest first, by name; empty where there is no folder. @throws the file system's error where it cannot be read */
export function listBackups(folder: string): readonly BackupFile[] {
  return namesIn(folder)
    .toSorted()
    .toReversed()
    .flatMap((each) => {
      const [, year, month, day, hour, minute, second, ms, schema] = name.exec(each) ?? []
      const file = join(folder, each)
      const found = year === undefined ? null : lookAt(file)
      if (found === null) return []
      const at = `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`
      return [{ file, at, ...found, schema: schema === undefined ? null : Number(schema) }]
    })
}

/** Null where it is no file. One that cannot be looked at may be a backup: whoever reads it is told why that fails. */
function lookAt(file: string): Pick<BackupFile, 'sizeBytes' | 'writtenAt'> | null {
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    return found?.isFile() === true ? { sizeBytes: found.size, writtenAt: found.mtime.toISOString() } : null
  } catch {
    return { sizeBytes: 0, writtenAt: null }
  }
}

/**
 * When it was taken, as far as that can be known: one that was taken under a clock that was ahead, and those that followed
 * it, are named later than now.
 */
export function takenAt({ at, writtenAt }: Pick<BackupFile, 'at' | 'writtenAt'>, now: number): Time {
  return isAhead(at, now) && writtenAt !== null && !isAhead(writtenAt, now) ? writtenAt : at
}

const isAhead = (at: Time, now: number): boolean => Date.parse(at) > now

/** A backup as the reason of a hold names it. */
export function tellBackup(backup: Pick<BackupFile, 'at' | 'file' | 'writtenAt'>, now: number): string {
  const at = takenAt(backup, now)
  if (isAhead(at, now)) return `the backup ${basename(backup.file)} (taken while the clock was wrong)`
  return `the backup of ${at.slice(0, 10)} ${at.slice(11, 19)}Z`
}

/**
 * The file for a backup that is taken now. A clock that was set back must not make the newest look old, so that it would
 * be the first to go: such a one follows the newest by a millisecond.
 *
 * @param schema that is about to be left; null outside of migrations
 */
export function nextBackupFile(folder: string, now: number, schema: number | null): string {
  const newest = listBackups(folder)[0]
  const at = newest === undefined ? now : Math.max(now, Date.parse(newest.at) + 1)
  return join(folder, `longshore-${stamp(at)}${schema === null ? '' : `-schema${schema}`}.db`)
}

/** A time as file names have it: `20261121T102619123Z`. */
export const stamp = (at: number): string => new Date(at).toISOString().replaceAll(/[-:.]/g, '')

/** How long a copy takes at the most; what is older was left by a process that died. */
const copyMaxMs = 3_600_000

/** A wave of rollouts must not push out what lies before it: of three backups within this time the middle one goes. */
const closeMs = 60_000

/**
 * Removes backups beyond those that are kept: first what lies between two of one minute, then the oldest. The latest from
 * before a migration is kept as long as there are others: who goes back to an older Longshore has nothing else.
 *
 * @returns why some could not be removed, which keep no others from going
 */
export function pruneBackups({ folder, keep }: BackupSettings, now: number): readonly string[] {
  const all = listBackups(folder)
  const before = all.find(({ schema }) => schema !== null)
  const kept = all.filter((each) => each !== before)
  const removed: BackupFile[] = []
  while (kept.length > Math.max(1, keep)) {
    const close = kept.findIndex((_, index) => isBetween(kept[index - 1], kept[index + 1], now))
    removed.push(...kept.splice(close, 1))
  }
  const parts = namesIn(folder).filter((part) => /^longshore-.*\.db\.part(-\w+)?$/.test(part))
  return [
    ...removed.flatMap(({ file }) => remove(file)),
    ...parts.map((each) => join(folder, each)).flatMap((part) => (isLeft(part, now) ? remove(part) : [])),
  ]
}

/** Whether a process that died has left a copy that it was making. */
function isLeft(part: string, now: number): boolean {
  const found = statSync(part, { throwIfNoEntry: false })
  return found !== undefined && now - found.mtimeMs > copyMaxMs
}

/** @returns why that failed: it may be immutable, or a folder */
function remove(file: string): readonly string[] {
  try {
    rmSync(file, { force: true })
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/** Of what is named later than now, and written later, nobody knows how close it is to anything. */
function isBetween(newer: BackupFile | undefined, older: BackupFile | undefined, now: number): boolean {
  if (newer === undefined || older === undefined) return false
  const [to, from] = [takenAt(newer, now), takenAt(older, now)]
  const apartMs = Date.parse(to) - Date.parse(from)
  return !isAhead(to, now) && apartMs >= 0 && apartMs < closeMs
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
