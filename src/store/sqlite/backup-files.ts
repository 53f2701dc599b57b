import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

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
  /** ISO 8601. */
  readonly at: string
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
      const sizeBytes = year === undefined ? null : sizeOf(file)
      if (sizeBytes === null) return []
      const at = `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`
      return [{ file, at, sizeBytes, schema: schema === undefined ? null : Number(schema) }]
    })
}

/** Null where it is no file. One that cannot be looked at may be a backup: whoever reads it is told why that fails. */
function sizeOf(file: string): number | null {
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    return found?.isFile() === true ? found.size : null
  } catch {
    return 0
  }
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
 */
export function pruneBackups({ folder, keep }: BackupSettings, now: number): void {
  const all = listBackups(folder)
  const before = all.find(({ schema }) => schema !== null)
  const kept = all.filter((each) => each !== before)
  while (kept.length > Math.max(1, keep)) {
    const close = kept.findIndex((_, index) => isBetween(kept[index - 1], kept[index + 1]))
    for (const { file } of kept.splice(close, 1)) rmSync(file, { force: true })
  }
  for (const each of namesIn(folder).filter((part) => /^longshore-.*\.db\.part(-\w+)?$/.test(part))) {
    const found = statSync(join(folder, each), { throwIfNoEntry: false })
    if (found !== undefined && now - found.mtimeMs > copyMaxMs) rmSync(join(folder, each), { force: true })
  }
}

const isBetween = (newer: BackupFile | undefined, older: BackupFile | undefined): boolean =>
  newer !== undefined && older !== undefined && Date.parse(newer.at) - Date.parse(older.at) < closeMs

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
