import { sql } from 'kysely'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../sql/tables.ts'
import type { Work } from '../sql/writer.ts'
import { isConnectionLost, isPassing } from './state-error.ts'
import type { WriteMarks } from './write-marks.ts'

/** Pauses between tries, in milliseconds: a lost connection at once, a server that restarts in two seconds or so. */
const pausesMs = [20, 600, 600, 600]
/** Nothing is tried again after so long: who waits may have a workload between two versions. */
const patienceMs = 3_000

interface TransactDeps {
  readonly db: Db
  readonly marks: WriteMarks
  /** Whether the transaction that begins is to be on the disk when it ends. */
  readonly isDurable: () => boolean
  /** Done before any work in each transaction. */
  readonly first: (transaction: Db) => Promise<void>
}

/**
 * Does work in a transaction, and again where that was lost with its connection or collided with another. Each leaves a
 * mark: where the answer to a commit was lost, the next try finds the mark of the one before, and nothing is done twice.
 * The row of the marks also has transactions of several processes come one after the other, as in SQLite.
 */
export function createTransact(deps: TransactDeps): (work: Work) => Promise<void> {
  const { marks, isDurable } = deps
  let isAway = false
  return async (work) => {
    const unit = randomBytes(6).toString('base64url')
    const begunAt = performance.now()
    for (let tried = 0; ; tried += 1) {
      const mark = `${unit}.${tried}`
      const isAwaited = isDurable()
      try {
        await attempt(deps, work, { unit, mark, isAwaited })
        marks.add(mark, isAwaited)
        isAway = false
        return
      } catch (error) {
        // The one before has waited already, for the same that is still away.
        const pauseMs = isAway ? undefined : pausesMs[tried]
        if (pauseMs === undefined || !isPassing(error) || performance.now() - begunAt > patienceMs) {
          isAway = isConnectionLost(error)
          throw error
        }
        await delay(pauseMs)
      }
    }
  }
}

interface Attempt {
  readonly unit: string
  readonly mark: string
  readonly isAwaited: boolean
}

async function attempt({ db, first }: TransactDeps, work: Work, { unit, mark, isAwaited }: Attempt): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ value: string }>`
      insert into meta (key, value) values ('last_writes', ${mark})
      on conflict (key) do update set value = left(excluded.value || ' ' || meta.value, 400)
      returning value${isAwaited ? sql`` : sql`, set_config('synchronous_commit', 'off', true)`}`.execute(transaction)
    const others = (rows[0]?.value ?? '').split(' ').slice(1)
    if (others.some((each) => each.startsWith(`${unit}.`))) return
    await first(transaction)
    await work(transaction)
  })
}
