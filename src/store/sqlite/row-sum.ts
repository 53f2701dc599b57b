import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { ColumnTypes } from '../migrations/migration.ts'

/** What the columns and functions of our migrations are called in SQLite. */
export const sqliteTypes: ColumnTypes = { sequence: 'integer', rowSum: 'row_sum' }

/**
 * Lets a connection write our tables, and examine them. Each has an index over a checksum of its rows, which
 * `pragma integrity_check` computes anew: SQLite itself would not notice a text that became another one.
 * To read takes nothing, so that any other program can.
 */
export function defineRowSum(database: DatabaseSync): void {
  // An index over a function of ours is part of the schema, which then has to be trusted.
  database.exec('pragma trusted_schema = on')
  const options = { deterministic: true, varargs: true, useBigIntArguments: true } as const
  database.function('row_sum', options, (...values: readonly SQLOutputValue[]) => rowSum(values))
}

/**
 * CRC-32, which finds every single flipped bit. Written into files: it has to stay what it is.
 * @param values of all columns, in the order of the schema
 */
export function rowSum(values: readonly SQLOutputValue[]): number {
  let text = ''
  for (const value of values) text += `${typeof value} ${seen(String(value))}\n`
  return crc32(text)
}

/** Up to the first character 0, where Node 24.15 ends a text: another Node must not find the row damaged. */
function seen(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}
