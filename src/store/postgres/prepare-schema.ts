import { sql } from 'kysely'
import { AppError } from '../../errors.ts'
import type { PostgresAddress } from '../../lib/postgres-address.ts'
import type { Reason } from '../../rollout/rollout.ts'
import { migrate, migrateWithin, schemaVersion } from '../migrations/migrate.ts'
import { migrations } from '../migrations/migrations.ts'
import type { Db } from '../sql/tables.ts'
import { byteOrderedText, postgresTypes } from './column-types.ts'
import { openConnections } from './connections.ts'
import { examineSchema, writeMark } from './examine-schema.ts'
import { findNewerTables } from './newer-tables.ts'
import { sessionName } from './ownership.ts'
import { writeSetBack } from './set-back.ts'

/**
 * Makes or migrates the tables; only for the holder of the lock. Where tables of a later schema lie beside them, an older
 * dump was restored: those are dropped, and everything is held.
 *
 * @returns the reason of that hold; null without one
 * @throws STATE_UNREADABLE, STATE_NEWER, STATE_REFUSED where this role may not create them
 */
export async function migrateSchema(db: Db, address: PostgresAddress): Promise<Reason | null> {
  const found = await refuseUnsound(db, address)
  if (found === 'absent') await migrate(db.withPlugin(byteOrderedText), postgresTypes)
  const held = found === 'older' ? await migrateAtLeisure(address) : null
  await writeMark(db)
  return held
}

/** How long one statement of a migration may take, in milliseconds: it may touch every row. */
const migrationMaxMs = 600_000

async function migrateAtLeisure(address: PostgresAddress): Promise<Reason | null> {
  const options = { address, max: 1, answerMaxMs: migrationMaxMs, name: sessionName() }
  const connections = await openConnections({ ...options, prepare: async () => {} })
  try {
    const { db } = connections
    const left = await findNewerTables(db, address, await schemaVersion(db))
    return await db
      .withPlugin(byteOrderedText)
      .transaction()
      .execute(async (transaction) => {
        for (const each of left) await transaction.schema.dropTable(each).execute()
        await migrateWithin(transaction, postgresTypes)
        if (left.length === 0) return null
        const what = `the database at ${address.shown} went back to an earlier version of the state, beside tables that came later (${left.join(', ')})`
        return writeSetBack(transaction, what, await timeOf(transaction))
      })
  } finally {
    await connections.close()
  }
}

/** The server's, which is the one that counts where a database is set back. */
async function timeOf(db: Db): Promise<string> {
  const { rows } = await sql<{ at: number }>`select extract(epoch from now())::float8 * 1000 as at`.execute(db)
  return new Date(Math.floor(Number(rows[0]?.at))).toISOString()
}

/**
 * How far the schema is, without changing it.
 * @throws STATE_UNREADABLE, STATE_NEWER
 */
export async function refuseUnsound(db: Db, { shown }: PostgresAddress): Promise<'absent' | 'older' | 'current'> {
  const found = await examineSchema(db)
  switch (found.kind) {
    case 'absent':
      return 'absent'
    case 'sound':
      return found.schema === migrations.length ? 'current' : 'older'
    case 'newer':
      throw new AppError('STATE_NEWER', `${found.problem} (${shown})`)
    case 'foreign':
      throw new AppError('STATE_UNREADABLE', `the state cannot lie at ${shown}: ${found.problem}`)
    case 'damaged':
      throw new AppError('STATE_UNREADABLE', `the state at ${shown} is damaged: ${found.problem}`)
  }
}
