import type { CompiledQuery, DatabaseConnection, Dialect, DialectAdapter, Driver, QueryResult } from 'kysely'
import { SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { createConnectionTurns } from './connection-turns.ts'
import { defineRowSum } from './row-sum.ts'
import { stateError } from './state-error.ts'

/** How long a write waits for that of another process: an owner's and a visitor's take milliseconds each. */
const busyMaxMs = 5_000
/** How often it looks whether that has ended. */
const busyPauseMs = 10

/**
 * Kysely over one open `node:sqlite` connection. Kysely's own SQLite driver cannot take it: it asks statements for a
 * `reader` flag that node's do not have. Whatever comes while a transaction is open waits for its turn. Closing the
 * database is left to whoever opened it. Where another process has it locked, what would begin waits without keeping
 * anybody here from working on, and others have their turn meanwhile.
 */
export function sqliteDialect(database: DatabaseSync, folder: string): Dialect {
  defineRowSum(database)
  return {
    createDriver: () => driver(database, folder),
    createAdapter: () => adapter,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

/** With one connection only, as it is, Kysely would give turns itself: in no order, waking at each end all who wait. */
const adapter: DialectAdapter = {
  supportsMultipleConnections: true,
  supportsReturning: true,
  acquireMigrationLock: async () => {},
  releaseMigrationLock: async () => {},
}

function driver(database: DatabaseSync, folder: string): Driver {
  const statements = rememberStatements(database)
  const turns = createConnectionTurns()
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw stateError(error, folder)
    }
  }
  const patient = async <T>(work: () => T): Promise<T> => {
    const begunAt = performance.now()
    for (;;) {
      try {
        return work()
      } catch (error) {
        const isOver = performance.now() - begunAt > busyMaxMs
        if (!isBusy(error) || database.isTransaction || isOver) throw stateError(error, folder)
      }
      turns.end()
      await delay(busyPauseMs)
      await turns.begin()
    }
  }
  const connection: DatabaseConnection = {
    executeQuery: <Row>(query: CompiledQuery) => patient(() => run<Row>(statements(query.sql), query)),
    streamQuery: () => {
      throw new Error('streaming is not needed: every query has a bound')
    },
  }
  return {
    init: async () => {},
    acquireConnection: async () => {
      await turns.begin()
      return connection
    },
    // A plain `begin` would take the write lock at the first write, when waiting for it can only fail.
    beginTransaction: () => patient(() => database.exec('begin immediate')),
    commitTransaction: async () => guarded(() => database.exec('commit')),
    // On a full disk SQLite has already rolled back by itself.
    rollbackTransaction: async () => guarded(() => (database.isTransaction ? database.exec('rollback') : undefined)),
    releaseConnection: async () => turns.end(),
    destroy: async () => {},
  }
}

const sqliteBusy = 5

const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & 0xff) === sqliteBusy

interface Statement {
  readonly prepared: StatementSync
  readonly hasRows: boolean
}

/** Far more than there are queries; those of a migration are used once. */
const statementsMax = 200

/** Preparing a statement takes as long as running it. */
function rememberStatements(database: DatabaseSync): (sql: string) => Statement {
  const known = new Map<string, Statement>()
  return (sql) => {
    const found = known.get(sql)
    if (found !== undefined) return found
    const prepared = database.prepare(sql)
    const statement = { prepared, hasRows: prepared.columns().length > 0 }
    if (known.size < statementsMax) known.set(sql, statement)
    return statement
  }
}

function run<Row>({ prepared, hasRows }: Statement, query: CompiledQuery): QueryResult<Row> {
  const parameters = query.parameters as readonly SQLInputValue[] // the columns of Tables are text and numbers only
  if (hasRows) return { rows: prepared.all(...parameters) as Row[] } // Kysely infers Row from the query itself
  const { changes } = prepared.run(...parameters)
  return { rows: [], numAffectedRows: BigInt(changes) }
}
