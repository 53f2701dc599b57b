import type { Kysely } from 'kysely'
import { AppError } from '../../errors.ts'
import { readMeta, writeMeta } from '../sql/meta.ts'
import type { Db } from '../sql/tables.ts'
import type { ColumnTypes } from './migration.ts'
import { migrations } from './migrations.ts'

/**
 * Number of the last migration that ran; the table `meta` must be there.
 * @throws STATE_NEWER, STATE_UNREADABLE
 */
export async function schemaVersion(db: Db, all = migrations): Promise<number> {
  const text = await readMeta(db, 'schema_version')
  const version = Number(text ?? 0)
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new AppError('STATE_UNREADABLE', 'the row schema_version of the table meta cannot be read')
  }
  if (version > all.length) {
    throw new AppError(
      'STATE_NEWER',
      `the state has schema ${String(version)}, and this longshore knows ${String(all.length)}`,
    )
  }
  return version
}

/**
 * Brings the schema up to date in one transaction, from nothing or from any earlier version.
 * @throws STATE_NEWER
 */
export async function migrate(db: Db, types: ColumnTypes, all = migrations): Promise<void> {
  await db.transaction().execute((transaction) => migrateWithin(transaction, types, all))
}

/** The same inside of a transaction that does more than this. @throws STATE_NEWER */
export async function migrateWithin(transaction: Db, types: ColumnTypes, all = migrations): Promise<void> {
  await transaction.schema
    .createTable('meta')
    .ifNotExists()
    .addColumn('key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
  const version = await schemaVersion(transaction, all)
  const untyped = transaction as unknown as Kysely<unknown> // older schemas have no types
  for (const migration of all.slice(version)) await migration(untyped, types)
  await writeMeta(transaction, 'schema_version', String(all.length))
}
