import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type pg from 'pg'
import { AppError } from '../../errors.ts'
import type { PostgresAddress } from '../../lib/postgres-address.ts'

/** `LGSH`: tells our locks from those of other programs on the same database. */
const lockClass = 0x4c475348
/** One schema holds one state. */
const lockKey = `${lockClass}, hashtext(current_schema())`

/** How long a lock is waited for that its holder may be giving up just now, in milliseconds, and how often it is tried. */
const pauseMs = 100
const triesMax = 6

interface Asking {
  /** Under which the sessions of this process are known to the server. */
  readonly name: string
  /** Whether this process has had the lock before: then whoever has it now has gone on with what it had begun. */
  readonly how: 'first' | 'again'
}

/**
 * Takes the lock of the state for the session of this client, which holds it until it ends, however it ends. Since
 * everything of the owner is written in that session, nothing is ever written without the lock.
 *
 * @throws STATE_LOCKED; STATE_UNAVAILABLE while it is held by a session that nobody uses any more, which a server does
 *   not end that waits for its disk; STATE_UNWRITABLE on a standby: its locks are not those of the primary
 */
export async function takeLock(client: pg.ClientBase, { shown }: PostgresAddress, asking: Asking): Promise<void> {
  const { rows: found } = await client.query('select pg_is_in_recovery() as standby, current_schema() as schema')
  if (found[0]?.schema === null) {
    throw new AppError('STATE_NOT_FOUND', `no schema of the search path exists in the database at ${shown}`)
  }
  if (found[0]?.standby === true) {
    const why = 'it is a standby, and the address must lead to the primary'
    throw new AppError('STATE_UNWRITABLE', `the state at ${shown} cannot be written: ${why}`)
  }
  for (let tried = 1; ; tried += 1) {
    const { rows } = await client.query(`select pg_try_advisory_lock(${lockKey}) as taken`)
    if (rows[0]?.taken === true) return
    if (tried === triesMax) throw await lockedBy(client, shown, asking)
    await endFormer(client, asking.name)
    await client.query(`select pg_sleep(${pauseMs / 1000})`)
  }
}

const holders = `select a.pid, a.application_name as name, a.client_addr as address
  from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'advisory' and l.granted and l.objsubid = 2
    and l.database = (select oid from pg_database where datname = current_database())
    and l.classid = ${lockClass} and l.objid = (hashtext(current_schema())::bigint & 4294967295)::oid`

/** A session of our own that we lost, and whose end the server has not noticed yet. */
async function endFormer(client: pg.ClientBase, name: string): Promise<void> {
  await client.query(
    `select pg_terminate_backend(pid) from (${holders}) h where h.name = $1 and h.pid <> pg_backend_pid()`,
    [name],
  )
}

async function lockedBy(client: pg.ClientBase, shown: string, { name: own, how }: Asking): Promise<AppError> {
  const { rows } = await client.query(holders)
  const found: unknown = rows[0]?.name
  const name = typeof found === 'string' && found.startsWith('longshore') ? found : null
  if (name === own) return unended(shown, 'a session of ours that was lost')
  if (name !== null && how === 'first' && isOver(name))
    return unended(shown, `a session of ${name}, which seems to be over`)
  return new AppError('STATE_LOCKED', `the state at ${shown} is in use by another ${name ?? 'longshore'}`)
}

const unended = (shown: string, session: string): AppError =>
  new AppError(
    'STATE_UNAVAILABLE',
    `the state at ${shown} is still locked by ${session}: the server has not ended it yet`,
  )

/**
 * Whether a session is that of a process of this host that is there no more. A container that was restarted has the host
 * and the process id of the one before. Where processes of several containers see each other's host and not each other,
 * one that is there seems over: so it is only waited for, and never ended.
 */
function isOver(name: string): boolean {
  const [, pid, host, session = ''] = /^longshore \(pid (\d+) on (.*), ([\w-]+)\)$/.exec(name) ?? []
  if (host !== ownHost()) return false
  if (Number(pid) === process.pid) return !session.startsWith(ownMark)
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

const mark = (): string => randomBytes(3).toString('base64url')

/** Begins what is random in the names of all sessions of this process, and of no other's. */
const ownMark = mark()

/** How a session of this process is known to the server, differently each time; 63 bytes at most. */
export const sessionName = (): string => `longshore (pid ${process.pid} on ${ownHost()}, ${ownMark}${mark()})`

const ownHost = (): string => hostname().slice(0, 24)
