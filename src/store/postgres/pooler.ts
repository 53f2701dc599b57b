import type pg from 'pg'
import { AppError } from '../../errors.ts'
import { clientConfig, type ConnectionOptions } from './connections.ts'

/**
 * Refuses a pooler that gives a session of the server to whoever comes next: a lock that is held by a session would then
 * be held by nobody, or by all. Who answers for the server gives process ids of its own, and only then is it tried
 * whether a second connection gets the session of the first.
 *
 * @throws STATE_REFUSED
 */
export async function refuseSharedSessions(
  client: pg.ClientBase,
  options: Pick<ConnectionOptions, 'address' | 'answerMaxMs' | 'name'>,
): Promise<void> {
  const own = await backendOf(client)
  if (!('processID' in client) || client.processID === own) return
  const { Client } = (await import('pg')).default
  const other = new Client(clientConfig(options))
  other.on('error', () => {})
  await other.connect()
  try {
    if ((await backendOf(other)) !== own) return
  } finally {
    await other.end()
  }
  const sentence = `the state at ${options.address.shown} is behind a pooler that shares sessions (PgBouncer's pool_mode transaction or statement)`
  throw new AppError('STATE_REFUSED', `${sentence}: name the server itself, or a pool in session mode`)
}

async function backendOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid ?? 0
}
