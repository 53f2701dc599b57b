import { CamelCasePlugin, Kysely } from 'kysely'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../errors.ts'
import { migrate, schemaVersion } from '../migrations/migrate.ts'
import { migrations } from '../migrations/migrations.ts'
import type { Db, Tables } from '../sql/tables.ts'
import { sqliteDialect } from './dialect.ts'
import type { Owner, StateFiles } from './files.ts'
import { createFile, isThere, restrictFiles } from './files.ts'
import { sqliteTypes } from './row-sum.ts'

/** An open file and the queries over it. */
export interface Connection {
  readonly db: Db
  awaitDisk(isAwaited: boolean): void
  close(): void
}

/** `LGSH`: tells our file from another program's database. */
export const applicationId = 0x4c475348

/** How long opening waits for what another process does there. */
const openTimeoutMs = 5_000
/** SQLite waits with the whole process: from then on whoever waits for long does so in `sqliteDialect`. */
const busyTimeoutMs = 5

/** Opens a file whose schema is known to be up to date. */
export function connect(files: StateFiles, mode: 'read' | 'write'): Connection {
  return connectionTo(openFile(files, mode), files.folder)
}

/** A state that holds nothing and takes nothing, for a reader where there is no file. */
export async function connectEmpty(files: StateFiles): Promise<Connection> {
  const database = new DatabaseSync(':memory:')
  const connection = connectionTo(database, files.folder)
  await migrate(connection.db, sqliteTypes)
  database.exec('pragma query_only = on')
  return connection
}

/**
 * How far the file is, without changing it.
 * @throws STATE_UNREADABLE, STATE_NEWER
 */
export async function inspect(files: StateFiles): Promise<'absent' | 'older' | 'current'> {
  if (!isThere(files.database)) return 'absent'
  const database = openFile(files, 'read')
  try {
    if (isEmpty(database, files)) return 'absent'
    const version = await schemaVersion(connectionTo(database, files.folder).db)
    return version === migrations.length ? 'current' : 'older'
  } finally {
    database.close()
  }
}

/**
 * Makes and migrates the file, which was found sound; only for the holder of the lock.
 * A file that is not ours or newer is refused before anything of it changes, its mode included.
 * @param owner whose the file is where there was none; this user's where it is left out
 * @throws STATE_UNREADABLE, STATE_NEWER, STATE_UNWRITABLE
 */
export async function connectAndMigrate(files: StateFiles, owner: Owner | null = null): Promise<Connection> {
  await inspect(files)
  createFile(files.database, owner)
  restrictFiles(files)
  const database = openFile(files, 'write')
  try {
    database.exec(`pragma journal_mode = wal; pragma application_id = ${String(applicationId)}`)
    const connection = connectionTo(database, files.folder)
    await migrate(connection.db, sqliteTypes)
    return connection
  } catch (error) {
    database.close()
    throw error
  }
}

function openFile(files: StateFiles, mode: 'read' | 'write'): DatabaseSync {
  const readOnly = mode === 'read'
  const database = new DatabaseSync(files.database, {
    readOnly,
    timeout: openTimeoutMs,
    enableForeignKeyConstraints: true,
  })
  // secure_delete: environment values of a deleted snapshot are overwritten, not just unlinked.
  if (!readOnly) database.exec('pragma synchronous = full; pragma secure_delete = on')
  return database
}

function connectionTo(database: DatabaseSync, folder: string): Connection {
  const db = queriesOver(database, folder)
  database.exec(`pragma busy_timeout = ${busyTimeoutMs}`)
  let isDiskAwaited: boolean | null = null
  return {
    db,
    // In WAL mode a commit that is not awaited can be lost with the power, never torn; the next that is takes it along.
    awaitDisk(isAwaited) {
      if (isAwaited !== isDiskAwaited) database.exec(`pragma synchronous = ${isAwaited ? 'full' : 'normal'}`)
      isDiskAwaited = isAwaited
    },
    close: () => database.close(),
  }
}

/** @param folder for the messages of errors */
export function queriesOver(database: DatabaseSync, folder: string): Db {
  return new Kysely<Tables>({ dialect: sqliteDialect(database, folder), plugins: [new CamelCasePlugin()] })
}

/** True for a file that was created and never written, false for one of ours. */
function isEmpty(database: DatabaseSync, files: StateFiles): boolean {
  const tables = database.prepare('select count(*) as count from sqlite_schema').get()?.['count']
  if (tables === 0) return true
  if (database.prepare('pragma application_id').get()?.['application_id'] === applicationId) return false
  throw new AppError('STATE_UNREADABLE', `${files.database} is the database of another program`)
}
