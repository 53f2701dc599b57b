import { writeMeta } from './meta.ts'
import type { Db } from './tables.ts'

type Work = (transaction: Db) => Promise<void>

export interface WriterDeps {
  readonly db: Db
  /** Milliseconds since the epoch. */
  now(): number
  /** Whether the transactions that begin from now on wait for the disk. Called while none is open. */
  awaitDisk(isAwaited: boolean): void
}

export interface Writer {
  /** Resolves when the work is done wholly and has reached the disk; rejects when nothing of it is done. */
  write(work: Work): Promise<void>
  /** As `write`, but a state that is new still counts as new. */
  keep(work: Work): Promise<void>
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
export function createWriter({ db, now, awaitDisk }: WriterDeps, isNew: boolean): Writer {
  let isNoted = !isNew
  let waiting: Waiting[] = []
  let committed = Promise.resolve()

  const commit = async (group: readonly Waiting[]): Promise<void> => {
    awaitDisk(group.some(({ isDurable }) => isDurable))
    const isFirst = !isNoted && group.some(({ isOurs }) => isOurs)
    await db.transaction().execute(async (transaction) => {
      if (isFirst) await writeMeta(transaction, 'first_written_at', new Date(now()).toISOString())
      for (const { work } of group) await work(transaction)
    })
    isNoted ||= isFirst
  }
  const flush = async (): Promise<void> => {
    const group = waiting
    waiting = []
    try {
      await commit(group)
      for (const { done } of group) done.resolve()
    } catch (error) {
      if (group.length === 1) return group[0]?.done.reject(error)
      // One that cannot be written takes no other with it.
      for (const each of group) await commit([each]).then(each.done.resolve, each.done.reject)
    }
  }
  const add = (work: Work, isDurable: boolean, isOurs = true): Promise<void> => {
    const done = Promise.withResolvers<void>()
    const isFirst = waiting.push({ work, isDurable, isOurs, done }) === 1
    // After all that is ready to run now: the answers of a registry arrive many at a time.
    if (isFirst) setImmediate(() => void (committed = committed.then(flush)))
    return done.promise
  }

  return {
    write: (work) => add(work, true),
    keep: (work) => add(work, true, false),
    note: (work) => add(work, false),
  }
}
