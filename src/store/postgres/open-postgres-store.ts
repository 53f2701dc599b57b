import { sql } from 'kysely'
import { AppError } from '../../errors.ts'
import type { Log } from '../../lib/log.ts'
import type { PostgresAddress } from '../../lib/postgres-address.ts'
import { sqlStore } from '../sql/sql-store.ts'
import type { Store } from '../store.ts'
import { openConnections, type Connections } from './connections.ts'
import { holdSetBack, tellHeld } from './set-back.ts'
import { openOwned } from './owned-connection.ts'
import { sessionName } from './ownership.ts'
import { migrateSchema, refuseUnsound } from './prepare-schema.ts'
import { rememberLandmarks } from './remember-landmarks.ts'
import { isForAll } from './state-error.ts'
import { createTransact } from './transact.ts'
import { withPatience } from './with-patience.ts'
import { createWriteMarks } from './write-marks.ts'

/** As a state in a file has it: `owner` decides and rolls out, `reader` reads beside it, `visitor` writes single rows. */
export type Access = 'owner' | 'reader' | 'visitor'

export interface PostgresStoreOptions {
  readonly address: PostgresAddress
  readonly access: Access
  /** On this machine: where an owner remembers how far the database was, to see at the next start that it went back. */
  readonly folder?: string
  readonly log?: Pick<Log, 'warn' | 'error'>
  /** Milliseconds since the epoch. */
  now(): number
  /** Another process took the lock while the database was away: an owner must do nothing any more. */
  readonly onLost?: (error: AppError) => void
  /** How long an owner waits for a database that does not answer at the start, in milliseconds; 30 s unless told. */
  readonly patienceMs?: number
  /** How long the answer to a write may take, in milliseconds; 10 s unless told. */
  readonly writeMaxMs?: number
}

/** How long an answer may take. Who writes may have a workload between two versions. */
const readMaxMs = 30_000
const writeDefaultMaxMs = 10_000
/** Readings at a time. */
const readersMax = 4

/**
 * The store in one schema of a PostgreSQL database. An owner, and whoever finds an older schema, makes and migrates it.
 * @throws STATE_*
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { access, address } = options
  if (access === 'owner') return openAsOwner(options)
  const readOnly = access === 'reader'
  const reading = await openReading(address, readOnly)
  const parts: [Connections, ...Connections[]] = [reading]
  try {
    const found = await refuseUnsound(reading.db, address)
    if (found === 'absent' && readOnly) {
      parts.push(await openEmpty(address))
      return await storeOver(options, parts)
    }
    if (found !== 'current') await migrateAlone(address, options.log)
    if (!readOnly) parts.push(await openVisiting(address))
    return await storeOver(options, parts)
  } catch (error) {
    await closeAll(parts)
    throw error
  }
}

async function openAsOwner(options: PostgresStoreOptions): Promise<Store> {
  const { address, now, log } = options
  const marks = createWriteMarks()
  const onLost = options.onLost ?? ((error: AppError) => log?.error({ code: error.code }, error.message))
  const owned = await withPatience(
    () => openOwned({ address, marks, answerMaxMs: options.writeMaxMs ?? writeDefaultMaxMs, onLost }),
    options.patienceMs ?? 30_000,
    (error) => log?.warn({ code: error.code }, `${error.message}; it is tried again for a while`),
  )
  const parts: Connections[] = [owned]
  try {
    tellHeld(await migrateSchema(owned.db, address), log)
    const reading = await openReading(address, false)
    parts.push(reading)
    let isDurable = true
    const first = holdSetBack(owned, { shown: address.shown, now, log })
    const transact = createTransact({ db: owned.db, marks, isDurable: () => isDurable, first })
    const { folder } = options
    const landmarks = folder && (await rememberLandmarks({ db: owned.db, address, folder, log, now, transact }))
    return await sqlStore({
      db: reading.db,
      now,
      awaitDisk: (isAwaited) => void (isDurable = isAwaited),
      isForAll,
      transact: landmarks ? landmarks.transact : transact,
      close: async () => {
        if (landmarks) await landmarks.end()
        await closeAll(parts)
      },
    })
  } catch (error) {
    await closeAll(parts)
    throw error
  }
}

/** @param parts the last of them is read, and written to by a visitor */
async function storeOver(
  { now, access, address }: PostgresStoreOptions,
  parts: readonly [Connections, ...Connections[]],
): Promise<Store> {
  const { db } = parts.at(-1) ?? parts[0]
  let isDurable = true
  const deps = { db, marks: createWriteMarks(), isDurable: () => isDurable, first: nothing }
  return sqlStore({
    db,
    now,
    awaitDisk: (isAwaited) => void (isDurable = isAwaited),
    isForAll,
    transact: access === 'reader' ? () => refuseWrite(address) : createTransact(deps),
    close: () => closeAll(parts),
  })
}

/** The server would let a reader write to tables that end with its session. */
async function refuseWrite({ shown }: PostgresAddress): Promise<never> {
  throw new AppError('STATE_UNWRITABLE', `the state at ${shown} is open for reading alone`)
}

const nothing = async (): Promise<void> => {}

const openReading = (address: PostgresAddress, isReadOnly: boolean): Promise<Connections> =>
  openConnections({
    address,
    max: readersMax,
    answerMaxMs: readMaxMs,
    name: sessionName(),
    prepare: async (client) => {
      if (isReadOnly) await client.query('set default_transaction_read_only = on')
    },
  })

const openVisiting = (address: PostgresAddress): Promise<Connections> =>
  openConnections({ address, max: 1, answerMaxMs: writeDefaultMaxMs, name: sessionName(), prepare: async () => {} })

/** A state that holds nothing, for a reader where there is none: in tables that end with the session. */
async function openEmpty(address: PostgresAddress): Promise<Connections> {
  const empty = await openConnections({
    address,
    max: 1,
    answerMaxMs: readMaxMs,
    name: sessionName(),
    prepare: async (client) => void (await client.query('set search_path = pg_temp')),
  })
  await migrateSchema(empty.db, address)
  await sql`set default_transaction_read_only = on`.execute(empty.db)
  return empty
}

/** Takes the lock for as long as it takes. */
async function migrateAlone(address: PostgresAddress, log: PostgresStoreOptions['log']): Promise<void> {
  const owned = await openOwned({
    address,
    marks: createWriteMarks(),
    answerMaxMs: writeDefaultMaxMs,
    onLost: () => {},
  })
  try {
    tellHeld(await migrateSchema(owned.db, address), log)
  } finally {
    await owned.close()
  }
}

async function closeAll(parts: readonly Connections[]): Promise<void> {
  for (const part of parts) await part.close()
}
