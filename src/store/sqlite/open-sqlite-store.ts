import { AppError } from '../../errors.ts'
import { readMeta, writeMeta } from '../sql/meta.ts'
import { sqlStore } from '../sql/sql-store.ts'
import type { Store } from '../store.ts'
import type { Connection } from './database.ts'
import { connect, connectAndMigrate, connectEmpty, inspect } from './database.ts'
import type { StateFiles } from './files.ts'
import { createFolder, stateFiles } from './files.ts'
import type { Lock } from './lock.ts'
import { takeLock } from './lock.ts'
import { stateError } from './state-error.ts'

/**
 * `owner`: the one process that decides and rolls out; refused while there is another.
 * `reader`: reads beside an owner, creates no file, and sees an empty new state where there is none.
 * `visitor`: writes single rows beside an owner.
 */
export type Access = 'owner' | 'reader' | 'visitor'

export interface SqliteStoreOptions {
  /** Made with mode 0700 when missing, except for a reader. */
  readonly folder: string
  readonly access: Access
  /** Milliseconds since the epoch. */
  now(): number
}

/**
 * The store in one SQLite file.
 * @throws STATE_LOCKED, STATE_NEWER, STATE_UNREADABLE, STATE_UNWRITABLE
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const files = stateFiles(options.folder)
  try {
    return options.access === 'owner' ? await openAsOwner(files, options) : await openBeside(files, options)
  } catch (error) {
    throw stateError(error, files.folder)
  }
}

async function openAsOwner(files: StateFiles, { now }: SqliteStoreOptions): Promise<Store> {
  const { connection, lock } = await lockAndMigrate(files)
  const { db, awaitDisk } = connection
  const close = async (): Promise<void> => {
    try {
      await writeMeta(db, 'owner_pid', null)
    } catch {
      // A full disk must not keep us from closing, and a stale pid is read only by those who find the lock taken.
    } finally {
      connection.close()
      lock.release()
    }
  }
  try {
    await writeMeta(db, 'owner_pid', String(process.pid))
    return await sqlStore({ db, awaitDisk, now, close })
  } catch (error) {
    await close()
    throw error
  }
}

async function openBeside(files: StateFiles, { access, now }: SqliteStoreOptions): Promise<Store> {
  const found = await inspect(files)
  if (found === 'absent' && access === 'reader') return storeOver(await connectEmpty(files), now)
  if (found !== 'current') {
    const { connection, lock } = await lockAndMigrate(files)
    connection.close()
    lock.release()
  }
  return storeOver(connect(files, access === 'reader' ? 'read' : 'write'), now)
}

async function storeOver(connection: Connection, now: () => number): Promise<Store> {
  try {
    const { db, awaitDisk } = connection
    return await sqlStore({ db, awaitDisk, now, close: async () => connection.close() })
  } catch (error) {
    connection.close()
    throw error
  }
}

async function lockAndMigrate(files: StateFiles): Promise<{ connection: Connection; lock: Lock }> {
  createFolder(files.folder)
  const lock = takeLock(files.lock)
  if (lock === null) throw await lockedBy(files)
  try {
    return { connection: await connectAndMigrate(files), lock }
  } catch (error) {
    lock.release()
    throw error
  }
}

async function lockedBy(files: StateFiles): Promise<AppError> {
  const pid = await ownerPid(files)
  const holder = pid === null ? 'another longshore' : `another longshore (pid ${pid})`
  return new AppError('STATE_LOCKED', `the state in ${files.folder} is in use by ${holder}`)
}

/** Null when it is not known, for whatever reason: it is only for the message. */
async function ownerPid(files: StateFiles): Promise<string | null> {
  try {
    if ((await inspect(files)) === 'absent') return null
    const connection = connect(files, 'read')
    try {
      return await readMeta(connection.db, 'owner_pid')
    } finally {
      connection.close()
    }
  } catch {
    return null
  }
}
