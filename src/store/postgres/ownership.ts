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

/**
 * Takes the lock of the state for the session of this client, which holds it until it ends, however it ends. Since
 * everything of the owner is written in that session, nothing is ever written without the lock.
 *
 * @param name under which the sessions of this process are known to the server
 * @throws STATE_LOCKED, STATE_UNWRITABLE on a standby: its locks are not those of the primary
 */
export async function takeLock(client: pg.ClientBase, { shown }: PostgresAddress, name: string): Promise<void> {
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
    if (tried === triesMax) throw await lockedBy(client, shown)
    await endFormer(client, name)
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

async function lockedBy(client: pg.ClientBase, shown: string): Promise<AppError> {
  const { rows } = await client.query(holders)
  const name: unknown = rows[0]?.name
  const holder = typeof name === 'string' && name.startsWith('longshore') ? `another ${name}` : 'another longshore'
  return new AppError('STATE_LOCKED', `the state at ${shown} is in use by ${holder}`)
}
