import type { TargetNote } from '../store.ts'
import { readMeta, writeMeta } from './meta.ts'
import { isText, listOf, objectOf, parseJson, readRow, type Check } from './shape.ts'
import type { Db } from './tables.ts'

const areNotes: Check<readonly TargetNote[]> = listOf(
  objectOf<TargetNote>({ target: isText, engine: isText, limits: listOf(isText) }),
)

/** A few lines in all, so they are one row. */
export async function readEngineNotes(db: Db): Promise<readonly TargetNote[]> {
  const text = await readMeta(db, 'engine_notes')
  return text === null ? [] : readRow('meta', 'engine_notes', areNotes, parseJson(text))
}

export async function writeEngineNote(db: Db, note: TargetNote): Promise<void> {
  const others = (await readEngineNotes(db)).filter((each) => each.target !== note.target)
  const notes = [...others, note].toSorted((a, b) => (a.target < b.target ? -1 : 1))
  await writeMeta(db, 'engine_notes', JSON.stringify(notes))
}
