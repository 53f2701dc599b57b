import { DatabaseSync } from 'node:sqlite'
import { migrate } from '../migrations/migrate.ts'
import { migrations } from '../migrations/migrations.ts'
import { queriesOver } from './database.ts'
import { sqliteTypes } from './row-sum.ts'

/** Tables with their columns, what these refer to, and indexes, each as a line of text. */
type SchemaShape = ReadonlySet<string>

/**
 * What a schema consists of. Not its SQL text: another version of what wrote that may put its blanks elsewhere.
 * @throws SQLite's error where the file cannot be read
 */
function schemaShape(database: DatabaseSync): SchemaShape {
  const lines = database
    .prepare(
      `with tables as (select name from sqlite_schema where type = 'table' and name not like 'sqlite_%')
       select 'the column ' || t.name || '.' || c.name || ' ' || lower(c.type) || ' ' || c."notnull" || ' ' || c.pk ||
           coalesce(' ' || c.dflt_value, '') as line
         from tables t join pragma_table_info(t.name) c
       union all
       select 'the reference ' || t.name || '.' || f."from" || ' to ' || f."table" || '.' || f."to"
         from tables t join pragma_foreign_key_list(t.name) f
       union all
       -- What it is over is a column, or else what its text says.
       select 'the index ' || t.name || ' ' || i."unique" || ' (' || (
           select group_concat(coalesce(x.name, (select sql from sqlite_schema where name = i.name)), ', ')
             from pragma_index_info(i.name) x) || ')'
         from tables t join pragma_index_list(t.name) i`,
    )
    .all()
  return new Set(lines.map((row) => String(row['line'])))
}

const known = new Map<number, Promise<SchemaShape>>()

/** As a database has it in which only the first migrations ran. */
function expectedShape(version: number): Promise<SchemaShape> {
  const found = known.get(version) ?? buildShape(version)
  known.set(version, found)
  return found
}

async function buildShape(version: number): Promise<SchemaShape> {
  const database = new DatabaseSync(':memory:')
  try {
    await migrate(queriesOver(database, ':memory:'), sqliteTypes, migrations.slice(0, version))
    return schemaShape(database)
  } finally {
    database.close()
  }
}

/**
 * What of the schema is not there, without its full stop; null where all is. What somebody added is no matter.
 * @param version of the schema that it should be
 */
export async function missingFromSchema(database: DatabaseSync, version: number): Promise<string | null> {
  const found = schemaShape(database)
  const missing = [...(await expectedShape(version))].filter((line) => !found.has(line))
  if (missing.length === 0) return null
  const more = missing.length === 1 ? '' : `, and ${missing.length - 1} more`
  return `its schema is not that of version ${version}: ${missing[0]} is missing${more}`
}
