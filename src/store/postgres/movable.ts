import { sql } from 'kysely'
import { AppError } from '../../errors.ts'
import type { PostgresAddress } from '../../lib/postgres-address.ts'
import type { LockedState, MovableState } from '../sql/move-state.ts'
import { inSnakeCase, tableKeys } from '../sql/table-keys.ts'
import { readMeta, writeMeta } from '../sql/meta.ts'
import type { Db } from '../sql/tables.ts'
import type { Time } from '../rows/time.ts'
import { beginAnew, readLandmarks } from './landmarks.ts'
import { openOwned, type OwnedConnection } from './owned-connection.ts'
import { migrateSchema, refuseUnsound } from './prepare-schema.ts'
import { createWriteMarks } from './write-marks.ts'

/** How long an answer may take: tables are read and written in portions. */
const answerMaxMs = 60_000

/** A state in a PostgreSQL database, to be moved. */
export function movablePostgres(address: PostgresAddress): MovableState {
  return {
    openSource: () =>
      locked(address, async (db) => {
        const found = await refuseUnsound(db, address)
        if (found === 'absent') throw new AppError('STATE_NOT_FOUND', `no state lies at ${address.shown}`)
        await migrateSchema(db, address)
      }),
    openTarget: () => locked(address, (db) => migrateSchema(db, address)),
  }
}

async function locked(address: PostgresAddress, prepare: (db: Db) => Promise<unknown>): Promise<LockedState> {
  const owned = await openOwned({ address, marks: createWriteMarks(), answerMaxMs, onLost: () => {} })
  try {
    await prepare(owned.db)
    return { name: await nameOf(owned, address), db: owned.db, goOn, keepAside, close: owned.close }
  } catch (error) {
    await owned.close()
    throw error
  }
}

/** Backups of a database are its owner's. */
const keepAside = async (): Promise<null> => null

async function nameOf({ db }: OwnedConnection, { shown }: PostgresAddress): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(db)
  return `${shown} (schema ${rows[0]?.name ?? ''})`
}

async function goOn(transaction: Db, at: Time): Promise<void> {
  await countOn(transaction)
  await writeMeta(transaction, 'landmarks', beginAnew(readLandmarks(await readMeta(transaction, 'landmarks')), at))
}

async function countOn(transaction: Db): Promise<void> {
  for (const { table } of tableKeys.filter(({ key }) => key.includes('sequence'))) {
    const name = sql.table(table)
    await sql`select setval(pg_get_serial_sequence(${inSnakeCase(table)}, 'sequence'),
      (select coalesce(max(sequence), 0) + 1 from ${name}), false)`.execute(transaction)
  }
}
