import type pg from 'pg'
import { toAppError, type AppError } from '../../errors.ts'
import type { PostgresAddress } from '../../lib/postgres-address.ts'
import { openConnections, type Connections } from './connections.ts'
import { sessionName, takeLock } from './ownership.ts'
import { refuseSharedSessions } from './pooler.ts'
import type { WriteMarks } from './write-marks.ts'

/** The one connection that the owner of a state writes over, in the session that holds the lock. */
export interface OwnedConnection extends Connections {
  /** Whether the database was found at an earlier time than that of our last write; said once. */
  takeSetBack(): boolean
}

export interface OwnedOptions {
  readonly address: PostgresAddress
  readonly marks: WriteMarks
  readonly answerMaxMs: number
  /** Another process took the lock while the connection was lost: nothing may be done on this state any more. */
  readonly onLost: (error: AppError) => void
}

/** How often a lost lock is asked for again, in milliseconds. */
const againMs = 500
/** As often, where it is there and refuses us: a password that was changed must not be tried as fast. */
const refusedMs = 5_000

/**
 * Connects and takes the lock. Whenever the connection is lost it is made again, and the lock taken again, without
 * waiting for the next write: a server that was restarted must not give it to somebody else.
 *
 * @throws STATE_*
 */
export async function openOwned(options: OwnedOptions): Promise<OwnedConnection> {
  const { address, marks, answerMaxMs, onLost } = options
  const name = sessionName()
  let isHeld = false
  let isClosing = false
  let isSetBack = false
  let timer: NodeJS.Timeout | undefined

  const prepare = async (client: pg.ClientBase): Promise<void> => {
    await refuseSharedSessions(client, { address, answerMaxMs, name })
    await takeLock(client, address, { name, how: isHeld ? 'again' : 'first' })
    if (isHeld) isSetBack ||= !marks.areIn(await readMarks(client))
    isHeld = true
  }
  const takeAgain = (waitMs: number): void => {
    if (isClosing || timer !== undefined) return
    timer = setTimeout(async () => {
      try {
        await connections.touch()
        timer = undefined
      } catch (thrown) {
        const error = toAppError(thrown)
        timer = undefined
        // What the server itself calls locked comes with its cause.
        if (error.code === 'STATE_LOCKED' && error.cause === undefined && !isClosing) onLost(error)
        else takeAgain(error.code === 'STATE_UNAVAILABLE' ? againMs : refusedMs)
      }
    }, waitMs)
    timer.unref()
  }
  const connections = await openConnections({
    address,
    max: 1,
    answerMaxMs,
    name,
    prepare,
    onLost: () => takeAgain(againMs),
  })
  const close = async (): Promise<void> => {
    isClosing = true
    clearTimeout(timer)
    await connections.close()
  }
  try {
    await connections.touch()
  } catch (error) {
    await close()
    throw error
  }
  const takeSetBack = (): boolean => {
    const found = isSetBack
    isSetBack = false
    return found
  }
  return { db: connections.db, touch: connections.touch, close, takeSetBack }
}

async function readMarks(client: pg.ClientBase): Promise<string | null> {
  const { rows } = await client.query<{ value: string }>("select value from meta where key = 'last_writes'")
  return rows[0]?.value ?? null
}
