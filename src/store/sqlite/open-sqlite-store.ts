import { AppError } from '../../errors.ts'
import type { Log } from '../../lib/log.ts'
import { readMeta, writeMeta } from '../sql/meta.ts'
import { sqlStore } from '../sql/sql-store.ts'
import type { Store } from '../store.ts'
import type { BackupSettings } from './backup-files.ts'
import { ownBackups } from './own-backups.ts'
import type { Connection } from './database.ts'
import { connect, connectAndMigrate, connectEmpty, inspect } from './database.ts'
import { settleFallback, type FallbackPlace } from './fallback.ts'
import type { Owner, StateFiles } from './files.ts'
import { createFolder, stateFiles } from './files.ts'
import type { Lock } from './lock.ts'
import { takeLock } from './lock.ts'
import { backUpBeforeMigration, mend, refuseDamagedLog, refuseUnsound } from './mend.ts'
import { isForAll, stateError } from './state-error.ts'

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
  /** Without them a damaged state is refused, and none are taken. */
  readonly backups?: BackupSettings
  /** Whether an owner has what cannot be used replaced by a backup; unless told otherwise it does, and else refuses it. */
  readonly replaces?: boolean
  /** The other place, where there is one. */
  readonly fallback?: FallbackPlace
  /** Told of what happened to the state before it was opened. */
  readonly log?: Pick<Log, 'warn' | 'error'>
  /** Milliseconds since the epoch. */
  now(): number
}

/**
 * The store in one SQLite file. An owner has a damaged file, or a newer version's, replaced by the newest good backup;
 * nobody else does.
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

async function openAsOwner(files: StateFiles, options: SqliteStoreOptions): Promise<Store> {
  const { now, backups } = options
  const { connection, lock } = await lockAndMigrate(files, options)
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
    const store = await sqlStore({
      db,
      awaitDisk,
      now,
      isForAll,
      close,
      ...(backups && backups.keep > 0 && { backups: ownBackups(files, backups, now) }),
    })
    if (options.fallback) await settleFallback(store, options.fallback, { now: now(), log: options.log ?? null })
    return store
  } catch (error) {
    await close()
    throw error
  }
}

async function openBeside(files: StateFiles, options: SqliteStoreOptions): Promise<Store> {
  const { access, now, fallback } = options
  const found = await inspect(files)
  // Who may not write the first place need not be who owns it: a service may be at work there.
  if (found === 'absent' && typeof fallback?.insteadOf === 'string') {
    const sentence = `${fallback.insteadOf} cannot be written by this user, and no service has used ${files.folder} instead`
    throw new AppError('STATE_UNWRITABLE', sentence)
  }
  if (found === 'absent' && access === 'reader') return storeOver(await connectEmpty(files), now)
  if (found !== 'current') {
    const { connection, lock } = await lockAndMigrate(files, options)
    connection.close()
    lock.release()
  }
  if (access === 'reader') return storeOver(connect(files, 'read'), now)
  // Who writes would end the log there, and nobody would learn of what was lost behind it.
  refuseDamagedLog(files)
  return storeOver(connect(files, 'write'), now)
}

async function storeOver(connection: Connection, now: () => number): Promise<Store> {
  try {
    const { db, awaitDisk } = connection
    return await sqlStore({ db, awaitDisk, now, isForAll, close: async () => connection.close() })
  } catch (error) {
    connection.close()
    throw error
  }
}

async function lockAndMigrate(
  files: StateFiles,
  { access, replaces = true, now, backups, log, fallback }: SqliteStoreOptions,
): Promise<{ connection: Connection; lock: Lock }> {
  const isFallback = typeof fallback?.insteadOf === 'string'
  const mending = { backups: backups ?? null, log: log ?? null, isFallback, now }
  const lock = await takeStateLock(files)
  try {
    if (access === 'owner' && replaces) await mend(files, mending)
    else await refuseUnsound(files, mending.backups)
    await backUpBeforeMigration(files, mending)
    return { connection: await connectAndMigrate(files), lock }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** @param owner as `takeLock` has it. @throws STATE_LOCKED */
export async function takeStateLock(files: StateFiles, owner: Owner | null = null): Promise<Lock> {
  createFolder(files.folder)
  const lock = takeLock(files.lock, owner)
  if (lock === null) throw await lockedBy(files)
  return lock
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
