import type { Hold } from '../store.ts'
import { isReason } from './values.ts'
import type { Check } from './shape.ts'
import { isText, objectOf, parseJson, readRow } from './shape.ts'
import type { Db } from './tables.ts'

type MetaKey =
  /** Number of the last migration that ran. */
  | 'schema_version'
  /** When anything was first written by a use case; absent in a state that was only created. */
  | 'first_written_at'
  /** Process id of the owner, for the message that others get. */
  | 'owner_pid'
  | 'hold'
  /** What answers at each target. */
  | 'engine_notes'
  /** When it was last found that this state can be written. */
  | 'checked_at'
  /** How often a backup took the place of the state. */
  | 'restores'
  /** When the last hold began that says so. */
  | 'restored_at'
  /** When what is old was last forgotten. */
  | 'tidied_at'
  /** Marks of the last transactions, newest first, where it may not be known whether one was done. */
  | 'last_writes'
  /** Points that the database passed, newest first, to recognise one that went back while nobody looked. */
  | 'landmarks'
  /** Networks that sent what only those can send who know a secret; JSON. */
  | 'proven_networks'
  /** Where the state was moved, or is being moved; JSON. */
  | 'moved_to'

const isHold: Check<Hold> = objectOf<Hold>({ reason: isReason, since: isText })

export async function readMeta(db: Db, key: MetaKey): Promise<string | null> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst()
  return row?.value ?? null
}

/** Null deletes the row. */
export async function writeMeta(db: Db, key: MetaKey, value: string | null): Promise<void> {
  if (value === null) {
    await db.deleteFrom('meta').where('key', '=', key).execute()
    return
  }
  await db
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute()
}

export async function readHold(db: Db): Promise<Hold | null> {
  const text = await readMeta(db, 'hold')
  return text === null ? null : readRow('meta', 'hold', isHold, parseJson(text))
}

/** One for a state that took the place of a later one leaves behind, for good, when that was. */
export async function writeHold(db: Db, hold: Hold | null): Promise<void> {
  if (hold?.reason.code === 'STATE_RESTORED') await writeMeta(db, 'restored_at', hold.since)
  await writeMeta(db, 'hold', hold === null ? null : JSON.stringify(hold))
}
