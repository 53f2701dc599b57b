import { writeMeta } from './meta.ts'
import { createNotePace } from './note-pace.ts'
import type { Db } from './tables.ts'

/** Done wholly or not at all. May be called again from the start where its transaction was lost. */
export type Work = (transaction: Db) => Promise<void>

export interface WriterDeps {
  readonly db: Db
  /** Milliseconds since the epoch. */
  now(): number
  /** Whether the transactions that begin from now on wait for the disk. Called while none is open. */
  awaitDisk(isAwaited: boolean): void
  /** Does work in one transaction; where it is not given, by a plain one of `db`. One at a time. */
  readonly transact?: (work: Work) => Promise<void>
  /** Whether whatever else is written now would fail as well, after as long a wait, where a transaction failed so. */
  isForAll(error: unknown): boolean
}

export interface Writer {
  /** Resolves when the work is done wholly and has reached the disk; rejects when nothing of it is done. */
  write(work: Work): Promise<void>
  /** As `write`, but a state that is new still counts as new. */
  keep(work: Work): Promise<void>
  /** As `keep`, for what comes in thousands: while others came just before, it waits for more of them, for 5 ms at most. */
  gather(work: Work): Promise<void>
  /** As `write`, for what the next pass would find out again: a power cut may take it. */
  note(work: Work): Promise<void>
}

interface Waiting {
  readonly work: Work
  readonly isDurable: boolean
  /** Whether it shows that a run has come as far as writing. */
  readonly isOurs: boolean
  readonly done: PromiseWithResolvers<void>
}

/**
 * Works that come together share one transaction, since what a write waits for is the disk. The first also notes that
 * there was one: a run that died between creating the state and writing to it must leave a state that still counts as
 * new (I9).
 */
export function createWriter({ db, now, awaitDisk, transact, isForAll }: WriterDeps, isNew: boolean): Writer {
  const inTransaction = transact ?? ((work: Work) => db.transaction().execute(work))
  let isNoted = !isNew
  let waiting: Waiting[] = []
  let committed = Promise.resolve()
  const pace = createNotePace(() => (committed = committed.then(flush)))

  const commit = async (group: readonly Waiting[]): Promise<void> => {
    awaitDisk(group.some(({ isDurable }) => isDurable))
    const isFirst = !isNoted && group.some(({ isOurs }) => isOurs)
    await inTransaction(async (transaction) => {
      if (isFirst) await writeMeta(transaction, 'first_written_at', new Date(now()).toISOString())
      for (const { work } of group) await work(transaction)
    })
    isNoted ||= isFirst
  }
  const flush = async (): Promise<void> => {
    const group = waiting
    if (group.length === 0) return
    waiting = []
    try {
      await commit(group)
      for (const { done } of group) done.resolve()
    } catch (error) {
      if (group.length === 1 || isForAll(error)) return group.forEach(({ done }) => done.reject(error))
      // One that cannot be written takes no other with it.
      for (const each of group) await commit([each]).then(each.done.resolve, each.done.reject)
    }
  }
  const add = (work: Work, flushInTime: () => void, isDurable: boolean, isOurs = true): Promise<void> => {
    const done = Promise.withResolvers<void>()
    waiting.push({ work, isDurable, isOurs, done })
    flushInTime()
    return done.promise
  }

  return {
    write: (work) => add(work, pace.flushNow, true),
    keep: (work) => add(work, pace.flushNow, true, false),
    gather: (work) => add(work, pace.flushTogether, true, false),
    note: (work) => add(work, pace.flushSoon, false),
  }
}
