import type { JournalEntry } from '../store.ts'
import { isJournalStep } from './rollout-shape.ts'
import type { Check } from './shape.ts'
import { isText, objectOf, readRow } from './shape.ts'
import type { Db } from './tables.ts'

const isJournalEntry: Check<JournalEntry> = objectOf<JournalEntry>({
  rollout: isText,
  step: isJournalStep,
  effect: isText,
  at: isText,
})

export async function appendJournal(db: Db, entry: JournalEntry): Promise<void> {
  const { rollout, step, effect, at } = entry
  await db.insertInto('journal').values({ rollout, step, effect, at }).execute()
}

/** In the order of writing. */
export async function readJournal(db: Db, rollout: string): Promise<readonly JournalEntry[]> {
  const rows = await db.selectFrom('journal').selectAll().where('rollout', '=', rollout).orderBy('sequence').execute()
  return rows.map(({ sequence, ...row }) => readRow('journal', String(sequence), isJournalEntry, row))
}
