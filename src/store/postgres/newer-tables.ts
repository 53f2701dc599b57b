import { sql } from 'kysely'
import { AppError } from '../../errors.ts'
import type { PostgresAddress } from '../../lib/postgres-address.ts'
import { migrate } from '../migrations/migrate.ts'
import { migrations } from '../migrations/migrations.ts'
import { inSnakeCase, tableKeys } from '../sql/table-keys.ts'
import type { Db } from '../sql/tables.ts'
import { byteOrderedText, postgresTypes } from './column-types.ts'
import { openConnections } from './connections.ts'
import { currentSchema, currentSchemaId, tablesIn } from './examine-schema.ts'
import { sessionName } from './ownership.ts'

/**
 * The tables that a later schema brought, beside a state of an earlier one: `pg_restore --clean` of an older dump drops
 * the tables that the dump has, and leaves the others. A migration would find them in its way.
 *
 * @param version of the state
 * @throws STATE_UNREADABLE where one of them is not as any of our schemas has it: then it is another program's
 */
export async function findNewerTables(db: Db, address: PostgresAddress, version: number): Promise<readonly string[]> {
  const there = await tablesIn(db)
  const ours = tableKeys.map(({ table }) => inSnakeCase(table)).filter((each) => there.has(each))
  const shapes = await shapesIn(db, currentSchemaId)
  // Made in tables that end with the session: the migrations alone know which of them brought what.
  const scratch = await openConnections({
    address,
    max: 1,
    answerMaxMs,
    name: sessionName(),
    prepare: async (client) => void (await client.query('set search_path = pg_temp')),
  })
  try {
    let unknown: readonly string[] = []
    let left: readonly string[] = []
    for (let schema = version; schema <= migrations.length; schema += 1) {
      const all = migrations.slice(0, schema)
      await migrate(scratch.db.withPlugin(byteOrderedText), postgresTypes, all)
      const made = await shapesIn(scratch.db, sql`pg_my_temp_schema()`)
      if (schema === version) unknown = left = ours.filter((each) => !made.has(each))
      unknown = unknown.filter((each) => !made.has(each) || made.get(each) !== shapes.get(each))
      if (unknown.length === 0) return left
    }
    const problem = `the schema ${await currentSchema(db)} has a table ${unknown.join(', ')} of another program`
    throw new AppError('STATE_UNREADABLE', `the state at ${address.shown} cannot be migrated: ${problem}`)
  } finally {
    await scratch.close()
  }
}

/** How long one answer may take, in milliseconds: nothing but empty tables is made. */
const answerMaxMs = 30_000

/** Each table with its columns and their types, as text. */
async function shapesIn(db: Db, schema: typeof currentSchemaId): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ name: string; shape: string }>`
    select c.relname as name, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attname) as shape
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind = 'r' and c.relnamespace = ${schema} group by c.relname`.execute(db)
  return new Map(rows.map(({ name, shape }) => [name, shape]))
}
