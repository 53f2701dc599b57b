import type { DatabaseSync } from 'node:sqlite'
import { rowSum } from './row-sum.ts'

/**
 * What of a file is not as it was written; null where all is.
 *
 * As `pragma integrity_check` has it, which is asked where it calls no function of ours: Node lets go of what such calls
 * are given once the statement is over, which would have the whole state in memory, and more. What is left of it to
 * `quick_check` are the pages, and how many entries each index has.
 */
export function brokenPart(database: DatabaseSync): string | null {
  const broken = told(database, 'quick_check(1)')
  if (broken !== null) return broken
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .all()
  for (const table of tables.map(({ name }) => String(name))) {
    const found = brokenTable(database, table)
    if (found !== null) return found
  }
  return null
}

/** One flipped bit in the number of its schema must not make a state a newer one. */
export function brokenNumber(database: DatabaseSync): string | null {
  try {
    return told(database, 'integrity_check(meta)')
  } catch (error) {
    // A newer one may well have its checksums by another function.
    if (error instanceof Error && error.message.startsWith('unknown function')) return null
    throw error
  }
}

/** What a pragma says that examines; null where it is `ok`. */
function told(database: DatabaseSync, pragma: string): string | null {
  const [said] = Object.values(database.prepare(`pragma ${pragma}`).get() ?? {})
  return said === 'ok' ? null : (String(said).split('\n').at(-1) ?? '')
}

function brokenTable(database: DatabaseSync, table: string): string | null {
  const indexes = namesIn(database, 'select name from pragma_index_list(?) where not partial', table)
  const sum = `${table}_sum`
  // One from before there were checksums, or that somebody added.
  if (!indexes.includes(sum)) return told(database, `integrity_check(${quoted(table)})`)
  for (const index of indexes) {
    const row = index === sum ? rowOfOtherSum(database, table) : rowWithoutEntry(database, table, index)
    if (row === null) continue
    if (index !== sum) return `row ${row} missing from index ${index}`
    return `row ${row} of the table ${table} has not the checksum of what was written`
  }
  return null
}

/** By its number, as `rowWithoutEntry` has it. */
function rowOfOtherSum(database: DatabaseSync, table: string): bigint | null {
  const columns = namesIn(database, 'select name from pragma_table_info(?) order by cid', table)
  const values = columns.map(quoted).join(', ')
  const entry = database.prepare(
    `select 1 from ${quoted(table)} indexed by ${quoted(`${table}_sum`)} where row_sum(${values}) = ? and rowid = ?`,
  )
  const rows = database.prepare(`select rowid, ${values} from ${quoted(table)} not indexed`)
  rows.setReadBigInts(true)
  rows.setReturnArrays(true)
  for (const each of rows.iterate()) {
    const [row, ...found] = each as unknown as [bigint, ...bigint[]] // what SQLite gives; the types know objects alone
    if (entry.get(rowSum(found), row) === undefined) return row
  }
  return null
}

function rowWithoutEntry(database: DatabaseSync, table: string, index: string): bigint | null {
  const keys = database.prepare('select name, coll from pragma_index_xinfo(?) where key').all(index)
  // Nothing of ours is over anything else, or in any other order.
  if (keys.some(({ name, coll }) => name === null || coll !== 'BINARY')) return null
  const same = keys.map(({ name }) => `e.${quoted(String(name))} is r.${quoted(String(name))}`).join(' and ')
  const found = database.prepare(
    `select r.rowid as number from ${quoted(table)} r not indexed where not exists (
       select 1 from ${quoted(table)} e indexed by ${quoted(index)} where ${same} and e.rowid = r.rowid) limit 1`,
  )
  found.setReadBigInts(true)
  return (found.get()?.['number'] as bigint | undefined) ?? null // a rowid is a whole number
}

const namesIn = (database: DatabaseSync, query: string, of: string): readonly string[] =>
  database
    .prepare(query)
    .all(of)
    .map(({ name }) => String(name))

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
