import { sql } from 'kysely'
import { createHash } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { tableKeys, type TableKey } from './table-keys.ts'
import type { Db } from './tables.ts'

type Row = Readonly<Record<string, string | number | null>>

/** What of a table was copied. */
export interface CopiedTable {
  readonly table: string
  readonly rows: number
}

/** Rows that are in memory at a time. */
const pageMax = 100

/** What a database says of itself, not of the state. */
const ownMeta: ReadonlySet<unknown> = new Set([
  'schema_version',
  'owner_pid',
  'last_writes',
  'landmarks',
  'moved_to',
  'checked_at',
])

/**
 * Copies every row, numbers that the database counted up included, and then reads both again to the last letter.
 * Both have the latest schema, and the second is empty.
 *
 * @throws STATE_UNWRITABLE when the copy is not the same
 */
export async function copyTables(from: Db, to: Db): Promise<readonly CopiedTable[]> {
  for (const each of tableKeys) {
    for await (const page of pagesOf(from, each)) await insert(to, each, page)
  }
  return compareTables(from, to)
}

/** @throws STATE_UNWRITABLE when they do not hold the same */
export async function compareTables(from: Db, to: Db): Promise<readonly CopiedTable[]> {
  const copied: CopiedTable[] = []
  for (const each of tableKeys) {
    // Side by side: a server ends a transaction in which nothing is asked for as long as a large table is read elsewhere.
    const [one, other] = await Promise.all([digestOf(from, each), digestOf(to, each)])
    if (one.rows !== other.rows || one.digest !== other.digest) {
      const counts = one.rows === other.rows ? 'in what its rows say' : `${one.rows} rows there, ${other.rows} here`
      throw new AppError('STATE_UNWRITABLE', `the copy of the table ${each.table} is not the same: ${counts}`)
    }
    copied.push({ table: each.table, rows: one.rows })
  }
  return copied
}

/** Leaves what a database says of itself alone, and that of what it was; in the transaction of what is copied then. */
export async function emptyTables(db: Db): Promise<void> {
  for (const { table } of tableKeys.toReversed()) {
    const rest = table === 'meta' ? sql`where key not in (${sql.join(keptMeta)})` : sql``
    await sql`delete from ${sql.table(table)} ${rest}`.execute(db)
  }
}

const keptMeta = [...ownMeta].filter((key) => key !== 'moved_to')

/** Whether nothing was ever written there but what a database says of itself. */
export async function isEmptyState(db: Db): Promise<boolean> {
  for (const each of tableKeys) {
    for await (const page of pagesOf(db, each)) if (page.length > 0) return false
  }
  return true
}

/** In the order of the key, which is that of the bytes in every kind of database. */
async function* pagesOf(db: Db, { table, key }: TableKey): AsyncGenerator<readonly Row[]> {
  const columns = sql.join(key.map((each) => sql.ref(each)))
  for (let last: Row | undefined; ;) {
    const after = last && sql.join(key.map((each) => last?.[each]))
    const rest = after === undefined ? sql`` : sql`where (${columns}) > (${after})`
    const { rows } = await sql<Row>`
      select * from ${sql.table(table)} ${rest} order by ${columns} limit ${sql.lit(pageMax)}`.execute(db)
    last = rows.at(-1)
    if (last === undefined) return
    yield table === 'meta' ? rows.filter((row) => !ownMeta.has(row['key'])) : rows
  }
}

async function insert(db: Db, { table }: TableKey, page: readonly Row[]): Promise<void> {
  const [first] = page
  if (first === undefined) return
  const names = Object.keys(first)
  const columns = sql.join(names.map((each) => sql.ref(each)))
  const rows = sql.join(page.map((row) => sql`(${sql.join(names.map((each) => row[each]))})`))
  await sql`insert into ${sql.table(table)} (${columns}) values ${rows}`.execute(db)
}

async function digestOf(db: Db, table: TableKey): Promise<{ readonly rows: number; readonly digest: string }> {
  const hash = createHash('sha256')
  let rows = 0
  for await (const page of pagesOf(db, table)) {
    for (const row of page) {
      const names = Object.keys(row).toSorted()
      // PostgreSQL has no word for the character 0.
      hash.update(JSON.stringify(names.map((each) => [each, row[each]])).replaceAll('\\u0000', '\ufffd'))
      rows += 1
    }
  }
  return { rows, digest: hash.digest('hex') }
}
