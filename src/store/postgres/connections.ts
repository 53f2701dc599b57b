import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { AppError } from '../../errors.ts'
import type { PostgresAddress } from '../../lib/postgres-address.ts'
import type { Db, Tables } from '../sql/tables.ts'
import { isConnectionLost, stateError } from './state-error.ts'
import { tlsOptions } from './tls.ts'

/** Connections to one database, made when they are needed, and the queries over them. */
export interface Connections {
  readonly db: Db
  /** Has a connection made, prepared and put back, where there is none. @throws STATE_* */
  touch(): Promise<void>
  close(): Promise<void>
}

export interface ConnectionOptions {
  readonly address: PostgresAddress
  /** How many there are at most. */
  readonly max: number
  /** How long an answer may take, in milliseconds. */
  readonly answerMaxMs: number
  /** Told to the server, for who looks there. */
  readonly name: string
  /** Called for each new connection before anybody uses it; it is closed where this throws. */
  readonly prepare: (client: pg.ClientBase) => Promise<void>
  /**
   * A connection is there no more, or could not be made: who gives this calls `touch` until it succeeds, and until then
   * everybody else is told at once what that last failed with.
   */
  readonly onLost?: () => void
}

/** How long making a connection may take, in milliseconds. */
const connectMaxMs = 3_000
/** How long a server is waited for that is told goodbye, in milliseconds. */
const closeMaxMs = 2_000
/** For how long nobody tries again to reach a server that could not be reached just now. */
const awayMs = 500

/** Loads node-postgres, which nobody needs whose state is a file. */
export async function openConnections(options: ConnectionOptions): Promise<Connections> {
  const { address, onLost } = options
  const sockets = new Set<Socket>()
  const pool = await createPool(options, sockets)
  pool.on('error', () => {})
  pool.on('remove', () => onLost?.())
  let away: { readonly error: unknown; readonly at: number } | null = null

  const connect = async (isProbe: boolean): Promise<pg.PoolClient> => {
    const isKnown = onLost !== undefined || (away !== null && performance.now() - away.at < awayMs)
    if (!isProbe && away !== null && isKnown) throw away.error
    try {
      const client = await pool.connect()
      away = null
      return client
    } catch (thrown) {
      const error = stateError(thrown, address.shown)
      const isLost = isConnectionLost(error)
      if (isLost || isProbe) away = { error, at: performance.now() }
      if (isLost) onLost?.()
      throw error
    }
  }
  const guarded: PostgresPool = {
    connect: async () => guard(await connect(false), address.shown),
    end: () => pool.end(),
    options: {},
  }
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: guarded }),
    plugins: [new CamelCasePlugin()],
  })
  return {
    db,
    touch: async () => (await connect(true)).release(),
    async close() {
      await Promise.race([pool.end(), delay(closeMaxMs, undefined, { ref: false })])
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** @param sockets takes those that are open, to be closed also where nobody answers any more */
async function createPool(options: ConnectionOptions, sockets: Set<Socket>): Promise<pg.Pool> {
  const { max, answerMaxMs, prepare } = options
  const { Client, Pool, TypeOverrides } = (await import('pg')).default
  const types = new TypeOverrides()
  // Counts and sequences, which stay far below 2^53.
  types.setTypeParser(int8, Number)
  const stream = (): Socket => {
    const socket = new Socket()
    sockets.add(socket)
    return socket.once('close', () => sockets.delete(socket))
  }
  const config = { ...clientConfig(options), types, stream }
  return new Pool({
    max,
    // The one that writes holds the lock, and stays.
    idleTimeoutMillis: max === 1 ? 0 : 60_000,
    allowExitOnIdle: true,
    onConnect: async (client) => {
      await prepare(client)
      await client.query(sessionSettings(answerMaxMs))
    },
    // The pool's own limit would also end the wait for one that is busy.
    Client: class extends Client {
      constructor() {
        super(config)
        // A connection can break while somebody has it who asks nothing just now: the next question finds out.
        this.on('error', () => {})
      }
    },
  })
}

const int8 = 20

/** How to connect, for whom one connection is enough. */
export function clientConfig({ address, answerMaxMs, name }: Omit<ConnectionOptions, 'max' | 'prepare'>) {
  return {
    host: address.host,
    port: address.port,
    database: address.database,
    ...(address.user !== null && { user: address.user }),
    ...(address.password !== null && { password: address.password.reveal() }),
    ...(address.options !== null && { options: address.options }),
    application_name: name,
    ssl: tlsOptions(address),
    connectionTimeoutMillis: connectMaxMs,
    query_timeout: answerMaxMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  } as const
}

/**
 * The server gives up on us about as soon as we do on it: a half-open connection must keep neither a lock nor a
 * transaction for long. Set here and not as the connection begins, since a pooler refuses what it does not know.
 */
const sessionSettings = (answerMaxMs: number): string =>
  [
    `set statement_timeout = ${answerMaxMs}`,
    `set lock_timeout = ${Math.min(5_000, Math.floor(answerMaxMs / 2))}`,
    'set idle_in_transaction_session_timeout = 30000',
    'set tcp_keepalives_idle = 10',
    'set tcp_keepalives_interval = 5',
    'set tcp_keepalives_count = 3',
    'set tcp_user_timeout = 25000',
  ].join('; ')

/** Names what fails in our words, and never gives back a connection that may still be busy with what was given up. */
function guard(client: pg.PoolClient, shown: string): PoolClient {
  let lost: AppError | null = null
  let isReadOnly = false
  const query = async (text: string, parameters: readonly unknown[]) => {
    // A rollback would wait as long again for what has not answered.
    if (lost !== null) throw lost
    try {
      return await client.query(text, parameters.map(withoutNul))
    } catch (thrown) {
      const error = stateError(thrown, shown)
      if (isConnectionLost(error)) lost = error
      isReadOnly ||= isOfStandby(thrown)
      throw error
    }
  }
  const release = (destroy?: boolean) => client.release(destroy === true || lost !== null || isReadOnly)
  return { query, release } as unknown as PoolClient // without cursors, which nothing here asks for
}

type PoolClient = Awaited<ReturnType<PostgresPool['connect']>>

/** A session keeps what its server was as it began: the next one asks anew, and of the primary. */
const isOfStandby = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '25006'

/** PostgreSQL has no word for the character 0, which senders of events may well send. */
const withoutNul = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value
