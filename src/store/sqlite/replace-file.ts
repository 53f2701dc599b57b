import { chmodSync, copyFileSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { syncToDisk } from '../../lib/reach-disk.ts'
import { migrate } from '../migrations/migrate.ts'
import { appendHistory } from '../sql/history.ts'
import { readMeta, writeHold, writeMeta } from '../sql/meta.ts'
import { writeMoved, type Moved } from '../sql/moved.ts'
import type { Reason } from '../../rollout/rollout.ts'
import { applicationId, queriesOver } from './database.ts'
import { createFile, ownerOf, type StateFiles } from './files.ts'
import { stamp } from './backup-files.ts'
import { readMovedMark } from './moved-mark.ts'
import { sqliteTypes } from './row-sum.ts'

/** Why a backup takes the place of the state; names the file that is kept aside. */
export type ReplacedAs = 'damaged' | 'replaced'

export interface Replacement {
  /** Null for a new state, where there is no backup to go on from. */
  readonly backup: string | null
  readonly as: ReplacedAs
  readonly at: number
  /** Who asked for it; null for Longshore itself. */
  readonly actor: string | null
  readonly reason: Reason
}

/** Where the file that is replaced will lie, with what SQLite put beside it. */
export const asideFile = (files: StateFiles, as: ReplacedAs, at: number): string =>
  `${files.database}.${as}-${stamp(at)}`

const prepared = /^longshore\.db\.restoring-((?:damaged|replaced)-\d{8}T\d{9}Z)$/
const beside = ['-wal', '-shm', '-journal']

/**
 * Puts a backup in the place of the state, with a hold on everything in it, and the mark of one that was moved elsewhere
 * if what is replaced bears it; only for the holder of the lock. What will
 * take the place is durable under a name that tells all of it before the first file is moved: whenever this is cut off,
 * either nothing has happened or the next owner finishes it.
 */
export async function replaceFile(files: StateFiles, replacement: Replacement): Promise<void> {
  const { as, at } = replacement
  const part = `${files.database}.restoring.part`
  for (const file of [part, ...beside.map((each) => part + each)]) rmSync(file, { force: true })
  createFile(part, ownerOf(files))
  if (replacement.backup !== null) copyFileSync(replacement.backup, part)
  chmodSync(part, 0o600)
  await prepare(part, files, replacement, await readMovedMark(files))
  syncToDisk(part)
  renameSync(part, `${files.database}.restoring-${as}-${stamp(at)}`)
  syncToDisk(files.folder)
  finishReplacement(files)
}

/** Finishes what a former process began; only for the holder of the lock. @returns whether there was something to finish */
export function finishReplacement(files: StateFiles): boolean {
  const names = readdirSync(files.folder)
    .filter((each) => prepared.test(each))
    .toSorted()
  const latest = names.pop()
  if (latest === undefined) return false
  for (const each of names) rmSync(join(files.folder, each), { force: true })
  const aside = `${files.database}.${prepared.exec(latest)?.[1]}`
  // The log first: beside a file that it does not belong to, it would be taken for that file's.
  for (const suffix of [...beside, '']) {
    if (!existsSync(files.database + suffix)) continue
    renameSync(files.database + suffix, aside + suffix)
    chmodSync(aside + suffix, 0o600)
  }
  renameSync(join(files.folder, latest), files.database)
  syncToDisk(files.folder)
  return true
}

/** Files that backups took the place of, newest first. */
export function keptAside(files: StateFiles): readonly string[] {
  if (!existsSync(files.folder)) return []
  const names = readdirSync(files.folder).filter((each) =>
    /^longshore\.db\.(damaged|replaced)-\d{8}T\d{9}Z$/.test(each),
  )
  return names.toSorted((one, other) => (timeIn(one) < timeIn(other) ? 1 : -1)).map((each) => join(files.folder, each))
}

const timeIn = (name: string): string => name.slice(-'20261121T102619123Z'.length)

/** @param moved where the state was moved that is replaced: its backup is to be used no more than itself */
async function prepare(
  part: string,
  files: StateFiles,
  { at, actor, reason }: Replacement,
  moved: Moved | null,
): Promise<void> {
  const database = new DatabaseSync(part)
  try {
    database.exec(`pragma journal_mode = delete; pragma synchronous = full`)
    database.exec(`pragma application_id = ${String(applicationId)}`)
    const db = queriesOver(database, files.folder)
    await migrate(db, sqliteTypes)
    const since = new Date(at).toISOString()
    const entry = { at: since, actor, workload: null, rollout: null, fromDigest: null, toDigest: null } as const
    await writeHold(db, { reason, since })
    await appendHistory(db, { ...entry, kind: 'hold', reason })
    await writeMeta(db, 'restores', String(Number((await readMeta(db, 'restores')) ?? 0) + 1))
    await writeMeta(db, 'owner_pid', null)
    if (moved !== null) await writeMoved(db, moved)
    // A state that a backup was taken of before anything was written to it does not count as new any more.
    if ((await readMeta(db, 'first_written_at')) === null) await writeMeta(db, 'first_written_at', since)
  } finally {
    database.close()
  }
}
