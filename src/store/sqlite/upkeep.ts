import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../errors.ts'
import { migrations } from '../migrations/migrations.ts'
import { readContents } from '../sql/contents.ts'
import { readMeta } from '../sql/meta.ts'
import { movedError, readMoved } from '../sql/moved.ts'
import type {
  StateBackup,
  StateReport,
  StateRestoration,
  StateRow,
  StateUpkeep,
  TakenBackup,
} from '../rows/state-file.ts'
import type { BackupSettings } from './backup-files.ts'
import { listBackups, takenAt } from './backup-files.ts'
import { chooseBackup } from './choose-backup.ts'
import { queriesOver } from './database.ts'
import { examineBackup } from './examine-backup.ts'
import type { Examined } from './examine-file.ts'
import { examineFile } from './examine-file.ts'
import { ownerOf, ownerOfCopy, stateFiles, type StateFiles } from './files.ts'
import { removeCopy } from './gathered-copy.ts'
import { refuseUnsound, restored } from './mend.ts'
import { readMovedMark } from './moved-mark.ts'
import { takeStateLock } from './open-sqlite-store.ts'
import { asideFile, finishReplacement, keptAside, replaceFile } from './replace-file.ts'
import { stateError } from './state-error.ts'
import { copyState, takeBackup } from './take-backup.ts'

export interface SqliteUpkeepOptions {
  readonly folder: string
  readonly backups: BackupSettings
  /** Milliseconds since the epoch. */
  now(): number
}

/** What can be done with a state in one SQLite file, whatever its condition. */
export function sqliteUpkeep({ folder, backups, now }: SqliteUpkeepOptions): StateUpkeep {
  const files = stateFiles(folder)
  const guarded = <Done>(work: () => Promise<Done>): Promise<Done> =>
    work().catch((error: unknown) => Promise.reject(stateError(error, files.folder)))
  return {
    check: () => guarded(() => check(files, backups, now())),
    backUp: (to) => guarded(() => backUp(files, backups, to, now())),
    restore: (backup, actor) => guarded(() => restore(files, backups, { name: backup, actor, at: now() })),
    contents: () => contents(files),
  }
}

async function check(files: StateFiles, settings: BackupSettings, now: number): Promise<StateReport> {
  const found = await examineFile(files.database, 'live')
  const backups: StateBackup[] = []
  for (const each of listBackups(settings.folder)) {
    const { problem } = await examineBackup(each.file)
    backups.push({ file: each.file, at: takenAt(each, now), sizeBytes: each.sizeBytes, problem })
  }
  const report: StateReport = {
    file: files.database,
    sizeBytes: sizeOf(files),
    standing: standingOf(found),
    problem: 'problem' in found ? found.problem : null,
    schema: found.kind === 'sound' ? found.schema : null,
    schemaKnown: migrations.length,
    rows: {},
    restores: 0,
    keptAside: keptAside(files),
    backupFolder: settings.folder,
    backups,
    movedTo: null,
  }
  return found.kind === 'sound' ? withRows(files, report) : report
}

function standingOf(found: Examined): StateReport['standing'] {
  if (found.kind === 'empty') return 'absent'
  return found.kind === 'sound' && found.schema < migrations.length ? 'older' : found.kind
}

/** Counts the rows and, of the latest schema, reads each: one that cannot be read is damage. */
async function withRows(files: StateFiles, report: StateReport): Promise<StateReport> {
  const database = new DatabaseSync(files.database, { readOnly: true, timeout: 5_000 })
  try {
    const rows = countRows(database)
    const db = queriesOver(database, files.folder)
    const restores = Number((await readMeta(db, 'restores')) ?? 0)
    const movedTo = (await readMoved(db))?.to ?? null
    const counted = { ...report, rows, restores, movedTo }
    if (report.standing !== 'sound') return counted
    try {
      for await (const _ of readContents(db));
    } catch (error) {
      const { code, message } = stateError(error, files.folder)
      if (code !== 'STATE_UNREADABLE') throw error
      return { ...counted, standing: 'damaged', problem: message }
    }
    return counted
  } finally {
    database.close()
  }
}

function countRows(database: DatabaseSync): Readonly<Record<string, number>> {
  const names = database
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
    .all()
    .map((row) => String(row['name']))
  return Object.fromEntries(
    names.map((name) => [name, Number(database.prepare(`select count(*) as n from "${name}"`).get()?.['n'])]),
  )
}

async function backUp(
  files: StateFiles,
  settings: BackupSettings,
  to: string | null,
  now: number,
): Promise<TakenBackup> {
  await schemaOf(files)
  if (to === null) return takeBackup(files, settings, now)
  const file = resolve(to)
  if (existsSync(file)) throw new AppError('STATE_UNWRITABLE', `${file} is there already, and is not replaced`)
  return copyState(files.database, file, ownerOfCopy(files, dirname(file)))
}

/** @throws STATE_NOT_FOUND, STATE_UNREADABLE, STATE_NEWER */
async function schemaOf(files: StateFiles): Promise<number> {
  const schema = await refuseUnsound(files, null)
  if (schema === null) throw new AppError('STATE_NOT_FOUND', `no state lies in ${files.folder}`)
  return schema
}

async function restore(
  files: StateFiles,
  { folder }: BackupSettings,
  { name, actor, at }: { readonly name: string | null; readonly actor: string; readonly at: number },
): Promise<StateRestoration> {
  const lock = await takeStateLock(files, ownerOf(files))
  try {
    finishReplacement(files)
    const found = await examineFile(files.database, 'live')
    // One that is damaged cannot be taken back from where it was moved: its backup bears its mark, and can.
    const moved = found.kind === 'sound' ? await readMovedMark(files) : null
    if (moved !== null) throw movedError(moved)
    const { backup, told, source, passedOver } = await chooseBackup(files, folder, name, at)
    const isThere = found.kind !== 'absent'
    const aside = isThere ? asideFile(files, 'replaced', at) : null
    const kept = aside === null ? '' : `, and what was there is kept as ${aside}`
    const reason = restored(`${actor} put ${told} in the place of the state${kept}`)
    await replaceFile(files, { backup: source, as: 'replaced', at, actor, reason })
    return { backup, passedOver, keptAside: aside }
  } finally {
    removeCopy(files)
    lock.release()
  }
}

function sizeOf({ database }: StateFiles): number | null {
  const sizes = [database, `${database}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size)
  return sizes[0] === undefined ? null : sizes[0] + (sizes[1] ?? 0)
}

async function* contents(files: StateFiles): AsyncGenerator<StateRow> {
  const schema = await schemaOf(files)
  if (schema < migrations.length) {
    const sentence = `${files.database} has schema ${schema}; \`longshore status\` brings it up to ${migrations.length}`
    throw new AppError('STATE_UNREADABLE', sentence)
  }
  const database = new DatabaseSync(files.database, { readOnly: true, timeout: 5_000 })
  try {
    yield* readContents(queriesOver(database, files.folder))
  } finally {
    database.close()
  }
}
