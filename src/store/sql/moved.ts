import { AppError } from '../../errors.ts'
import type { Time } from '../store.ts'
import { readMeta, writeMeta } from './meta.ts'
import { isFlag, isText, objectOf, parseJson, readRow, type Check } from './shape.ts'
import type { Db } from './tables.ts'

/** That a state is, or is to be, used elsewhere: written before the first row is copied. */
export interface Moved {
  /** As it is shown to people. */
  readonly to: string
  readonly at: Time
  /** Whether everything is there. */
  readonly isDone: boolean
}

const isMoved: Check<Moved> = objectOf<Moved>({ to: isText, at: isText, isDone: isFlag })

export async function readMoved(db: Db): Promise<Moved | null> {
  const text = await readMeta(db, 'moved_to')
  return text === null ? null : readRow('meta', 'moved_to', isMoved, parseJson(text))
}

/** Null for one that is used here again. */
export async function writeMoved(db: Db, moved: Moved | null): Promise<void> {
  await writeMeta(db, 'moved_to', moved === null ? null : JSON.stringify(moved))
}

/** Two states would not know of each other's rollouts. @throws STATE_MOVED */
export async function refuseMoved(db: Db): Promise<void> {
  const moved = await readMoved(db)
  if (moved !== null) throw movedError(moved)
}

export function movedError({ to, at, isDone }: Moved): AppError {
  const when = `${at.slice(0, 10)} ${at.slice(11, 16)}Z`
  const sentence = isDone
    ? `this state was moved to ${to} on ${when}, and is what it was then`
    : `this state was being moved to ${to} on ${when}, which was cut off: say the same \`longshore state move\` again`
  return new AppError('STATE_MOVED', sentence)
}
