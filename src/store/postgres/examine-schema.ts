import { sql } from 'kysely'
import { AppError } from '../../errors.ts'
import { schemaVersion } from '../migrations/migrate.ts'
import { migrations } from '../migrations/migrations.ts'
import { readDecisive } from '../sql/decisive.ts'
import { inSnakeCase, tableKeys } from '../sql/table-keys.ts'
import type { Db } from '../sql/tables.ts'

/** What lies in a schema, looked at without changing it. Problems are without their full stops. */
export type Examined =
  | { readonly kind: 'absent' }
  | { readonly kind: 'sound'; readonly schema: number }
  | { readonly kind: 'foreign' | 'damaged'; readonly problem: string }
  | { readonly kind: 'newer'; readonly problem: string }

/** The schema of a state, as `pg_class` knows it: a cast of its name would read capitals as small letters. */
export const currentSchemaId = sql`(select oid from pg_namespace where nspname = current_schema())`

/** What is written on the table `meta`: tells it from another program's. */
const mark = 'longshore'

/**
 * Whether the first schema of the search path holds a state, and all of it is there. Other programs' tables may lie
 * beside ours while none has the name of one of ours.
 *
 * @throws STATE_*
 */
export async function examineSchema(db: Db): Promise<Examined> {
  const schema = await currentSchema(db)
  const names = await tablesIn(db)
  const expected = tableKeys.map(({ table }) => inSnakeCase(table))
  const ours = expected.filter((each) => names.has(each))
  if (ours.length === 0) return { kind: 'absent' }
  const isMarked = await readMark(db)
  if (!isMarked && !['meta', 'rollouts', 'journal'].every((each) => names.has(each))) {
    const problem = `the schema ${schema} has a table ${ours[0] ?? ''} of another program`
    return { kind: 'foreign', problem }
  }
  let version: number
  try {
    version = await schemaVersion(db)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'STATE_NEWER') return { kind: 'newer', problem: error.message }
    return damagedBy(error)
  }
  // It is written with the first table.
  if (version === 0) return { kind: 'damaged', problem: 'the row schema_version of the table meta is missing' }
  if (version < migrations.length) return { kind: 'sound', schema: version }
  const missing = expected.find((each) => !names.has(each))
  if (missing !== undefined) return { kind: 'damaged', problem: `the table ${missing} is missing` }
  try {
    await readDecisive(db)
  } catch (error) {
    return damagedBy(error)
  }
  return { kind: 'sound', schema: version }
}

/** Writes on the tables that they are ours. */
export async function writeMark(db: Db): Promise<void> {
  if (!(await readMark(db))) await sql`comment on table meta is ${sql.lit(mark)}`.execute(db)
}

/** @throws STATE_NOT_FOUND where the search path leads to none */
export async function currentSchema(db: Db): Promise<string> {
  const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(db)
  const name = rows[0]?.name ?? null
  if (name === null) throw new AppError('STATE_NOT_FOUND', 'no schema of the search path exists in the database')
  return name
}

/** Their names, also of such as this role may not read. */
export async function tablesIn(db: Db): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'f')
      and c.relnamespace = ${currentSchemaId}`.execute(db)
  return new Set(rows.map(({ name }) => name))
}

async function readMark(db: Db): Promise<boolean> {
  const { rows } = await sql<{ text: string | null }>`
    select obj_description(c.oid, 'pg_class') as text from pg_class c
      where c.relname = 'meta' and c.relnamespace = ${currentSchemaId}`.execute(db)
  return rows[0]?.text === mark
}

function damagedBy(error: unknown): Examined {
  if (!(error instanceof AppError) || error.code !== 'STATE_UNREADABLE') throw error
  return { kind: 'damaged', problem: error.message }
}
