import { AppError } from '../../errors.ts'
import type { StateMove } from '../rows/state-file.ts'
import type { Time } from '../rows/time.ts'
import { appendHistory } from './history.ts'
import { compareTables, copyTables, emptyTables, isEmptyState, type CopiedTable } from './copy-tables.ts'
import { writeHold, writeMeta } from './meta.ts'
import { readMoved, writeMoved } from './moved.ts'
import { inSnakeCase } from './table-keys.ts'
import type { Db } from './tables.ts'

/** A place that a state can be moved from and to. */
export interface MovableState {
  /** Takes its lock. @throws STATE_LOCKED, STATE_NOT_FOUND where nothing lies there, and as opening a state does */
  openSource(): Promise<LockedState>
  /** Takes its lock, and makes the tables where there are none. @throws as opening a state does */
  openTarget(): Promise<LockedState>
}

/** A state of the latest schema that nobody else uses meanwhile. */
export interface LockedState {
  /** Tells it from every other place, to people too. */
  readonly name: string
  readonly db: Db
  /** Has the database go on from what was copied, and not from what it knows of before; in the transaction of the copy. */
  goOn(transaction: Db, at: Time): Promise<void>
  /** Keeps a copy of what is about to be replaced. @returns where; null where others see to that */
  keepAside(at: string): Promise<string | null>
  close(): Promise<void>
}

/**
 * Copies a state to a place that is empty, or to the one that it was moved away from, in one transaction. Before the
 * first row is copied the source is marked, so that from then on nobody takes it for the one in use; cut off wherever it
 * may be, the same can be said again.
 *
 * @throws STATE_NOT_EMPTY, STATE_MOVED when it was moved elsewhere before, STATE_UNWRITABLE when the copy is not the same
 */
export async function moveState(from: MovableState, to: MovableState, now: number): Promise<StateMove> {
  const source = await from.openSource()
  try {
    const target = await to.openTarget()
    try {
      return await move(source, target, new Date(now).toISOString())
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function move(source: LockedState, target: LockedState, at: string): Promise<StateMove> {
  const before = await readMoved(source.db)
  if (before !== null && (before.isDone || before.to !== target.name)) {
    const how = before.isDone ? 'was moved' : 'was being moved'
    throw new AppError('STATE_MOVED', `${source.name} ${how} to ${before.to}`)
  }
  const left = await readMoved(target.db)
  const isBack = left !== null && left.isDone && left.to === source.name
  if (left !== null && !isBack) {
    throw new AppError('STATE_NOT_EMPTY', `a state that was moved away to ${left.to} lies at ${target.name}`)
  }
  let copied: readonly CopiedTable[]
  let keptAside: string | null = null
  if (isBack || (await isEmptyState(target.db))) {
    if (isBack) keptAside = await target.keepAside(at)
    await writeMoved(source.db, { to: target.name, at, isDone: false })
    copied = await copy(source, target, at)
  } else {
    copied = before === null ? refuse(target) : await compareTables(source.db, target.db).catch(() => refuse(target))
  }
  await writeMoved(source.db, { to: target.name, at, isDone: true })
  const rows = Object.fromEntries(copied.map((each) => [inSnakeCase(each.table), each.rows]))
  return { from: source.name, to: target.name, rows, keptAside }
}

const copy = (source: LockedState, target: LockedState, at: Time): Promise<readonly CopiedTable[]> =>
  source.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((reading) =>
      target.db.transaction().execute(async (writing) => {
        await emptyTables(writing)
        const copied = await copyTables(reading, writing)
        await target.goOn(writing, at)
        return copied
      }),
    )

function refuse({ name }: LockedState): never {
  throw new AppError('STATE_NOT_EMPTY', `a state lies at ${name} already`)
}

/**
 * Has a state that was moved be used where it is again, with a hold on everything in it: what was done where it had been
 * moved to is not known here.
 *
 * @returns where it had been moved; null when it was not, and nothing was done
 */
export async function cancelMove(from: MovableState, actor: string, now: number): Promise<string | null> {
  const source = await from.openSource()
  try {
    const moved = await readMoved(source.db)
    if (moved === null) return null
    const since = new Date(now).toISOString()
    const what = `${actor} took the state into use again that had been moved to ${moved.to}`
    const sentence = `${what}: what was done there is missing; look, then run: longshore resume`
    const reason = { code: 'STATE_RESTORED', sentence }
    const entry = { at: since, actor, workload: null, rollout: null, fromDigest: null, toDigest: null } as const
    await source.db.transaction().execute(async (transaction) => {
      await writeMoved(transaction, null)
      await writeHold(transaction, { reason, since })
      await appendHistory(transaction, { ...entry, kind: 'hold', reason })
      await writeMeta(transaction, 'first_written_at', since)
    })
    return moved.to
  } finally {
    await source.close()
  }
}
