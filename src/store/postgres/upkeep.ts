import { sql } from 'kysely'
import { AppError } from '../../errors.ts'
import type { PostgresAddress } from '../../lib/postgres-address.ts'
import { migrations } from '../migrations/migrations.ts'
import type { StateReport, StateRow, StateUpkeep } from '../rows/state-file.ts'
import { readContents } from '../sql/contents.ts'
import { readMeta } from '../sql/meta.ts'
import { readMoved } from '../sql/moved.ts'
import { inSnakeCase, tableKeys } from '../sql/table-keys.ts'
import type { Db } from '../sql/tables.ts'
import { openConnections, type Connections } from './connections.ts'
import { currentSchema, currentSchemaId, examineSchema } from './examine-schema.ts'
import { sessionName } from './ownership.ts'
import { refuseUnsound } from './prepare-schema.ts'

export interface PostgresUpkeepOptions {
  readonly address: PostgresAddress
}

/** What can be done with a state in a PostgreSQL database, whatever its condition. */
export function postgresUpkeep({ address }: PostgresUpkeepOptions): StateUpkeep {
  return {
    check: () => reading(address, (db) => check(db, address)),
    backUp: () => reading(address, (db) => refuseBackUp(db, address)),
    restore: () => reading(address, (db) => refuseRestore(db, address)),
    contents: () => contents(address),
  }
}

/** How long an answer may take: everything is read. */
const answerMaxMs = 120_000

const openReading = (address: PostgresAddress): Promise<Connections> =>
  openConnections({
    address,
    max: 1,
    answerMaxMs,
    name: sessionName(),
    prepare: async (client) => void (await client.query('set default_transaction_read_only = on')),
  })

async function reading<Found>(address: PostgresAddress, work: (db: Db) => Promise<Found>): Promise<Found> {
  const connections = await openReading(address)
  try {
    return await work(connections.db)
  } finally {
    await connections.close()
  }
}

async function check(db: Db, { shown }: PostgresAddress): Promise<StateReport> {
  const found = await examineSchema(db)
  const report: StateReport = {
    file: shown,
    sizeBytes: found.kind === 'absent' ? null : await sizeOf(db),
    standing: found.kind === 'sound' && found.schema < migrations.length ? 'older' : found.kind,
    problem: 'problem' in found ? found.problem : null,
    schema: found.kind === 'sound' ? found.schema : null,
    schemaKnown: migrations.length,
    rows: {},
    restores: 0,
    keptAside: [],
    backupFolder: null,
    backups: [],
    movedTo: null,
  }
  return report.standing === 'sound' ? withRows(db, report) : report
}

/** Counts the rows and reads each: one that cannot be read is damage. */
async function withRows(db: Db, report: StateReport): Promise<StateReport> {
  const rows: Record<string, number> = {}
  for (const { table } of tableKeys) {
    const counted = await db
      .selectFrom(table)
      .select((each) => each.fn.countAll<number>().as('count'))
      .executeTakeFirst()
    rows[inSnakeCase(table)] = Number(counted?.count ?? 0)
  }
  const restores = Number((await readMeta(db, 'restores')) ?? 0)
  const movedTo = (await readMoved(db))?.to ?? null
  const counted = { ...report, rows, restores, movedTo }
  try {
    for await (const _ of readContents(db));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'STATE_UNREADABLE') throw error
    return { ...counted, standing: 'damaged', problem: error.message }
  }
  return counted
}

async function sizeOf(db: Db): Promise<number> {
  const names = tableKeys.map(({ table }) => inSnakeCase(table))
  const { rows } = await sql<{ size: number }>`
    select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint as size from pg_class c
      where c.relkind = 'r' and c.relnamespace = ${currentSchemaId} and c.relname in (${sql.join(names)})`.execute(db)
  return rows[0]?.size ?? 0
}

async function refuseBackUp(db: Db, address: PostgresAddress): Promise<never> {
  // It reads a pattern, where a quoted name is taken to the letter.
  const name = inPattern(await currentSchema(db))
  const command = `pg_dump --format=custom --schema=${inShell(name)} --file=longshore.dump ${inShell(address.shown)}`
  throw new AppError(
    'STATE_BACKUP_ELSEWHERE',
    `a state in PostgreSQL is backed up by PostgreSQL, also while it is in use: ${command}`,
  )
}

async function refuseRestore(db: Db, address: PostgresAddress): Promise<never> {
  const command = `pg_restore --clean --if-exists --single-transaction --no-owner --schema=${inShell(await currentSchema(db))} --dbname=${inShell(address.shown)} longshore.dump`
  throw new AppError(
    'STATE_BACKUP_ELSEWHERE',
    `a state in PostgreSQL is restored by PostgreSQL, while no longshore runs on it: ${command}`,
  )
}

const isPlain = (text: string): boolean => /^[a-z_][a-z0-9_]*$/.test(text)
const inPattern = (name: string): string => (isPlain(name) ? name : `"${name.replaceAll('"', '""')}"`)
const inShell = (text: string): string => (isPlain(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

async function* contents(address: PostgresAddress): AsyncGenerator<StateRow> {
  const connections = await openReading(address)
  try {
    const found = await refuseUnsound(connections.db, address)
    if (found === 'absent') throw new AppError('STATE_NOT_FOUND', `no state lies at ${address.shown}`)
    if (found === 'older') {
      const sentence = `${address.shown} has an older schema; \`longshore status\` brings it up to ${migrations.length}`
      throw new AppError('STATE_UNREADABLE', sentence)
    }
    yield* readContents(connections.db)
  } finally {
    await connections.close()
  }
}
