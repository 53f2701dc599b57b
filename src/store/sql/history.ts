import type { Selectable } from 'kysely'
import type { HistoryEntry, HistoryKind } from '../store.ts'
import type { Check } from './shape.ts'
import { isText, keyOf, objectOf, orNull, parseJson, readRow } from './shape.ts'
import type { Db, Tables } from './tables.ts'
import { isDigestText, isReason } from './values.ts'

const isKind = keyOf<HistoryKind>({
  'rollout-started': true,
  'rollout-ended': true,
  hook: true,
  held: true,
  hold: true,
  brake: true,
  release: true,
  resume: true,
  found: true,
  removed: true,
  pin: true,
  unpin: true,
  pause: true,
  deploy: true,
  rollback: true,
  'quarantine-released': true,
})

const isHistoryEntry: Check<HistoryEntry> = objectOf<HistoryEntry>({
  at: isText,
  actor: orNull(isText),
  workload: orNull(isText),
  rollout: orNull(isText),
  kind: isKind,
  reason: isReason,
  fromDigest: orNull(isDigestText),
  toDigest: orNull(isDigestText),
})

export async function appendHistory(db: Db, entry: HistoryEntry): Promise<void> {
  const { at, actor, workload, rollout, kind, fromDigest, toDigest } = entry
  const reason = JSON.stringify(entry.reason)
  await db.insertInto('history').values({ at, actor, workload, rollout, kind, reason, fromDigest, toDigest }).execute()
}

/** In the order of writing, not of `at`: a clock that was set back must not hide what happened last. */
export async function readHistory(
  db: Db,
  query: { workload?: string; limit: number },
): Promise<readonly HistoryEntry[]> {
  const { workload, limit } = query
  const latest = db.selectFrom('history').selectAll().orderBy('sequence', 'desc').limit(limit)
  const rows = await (workload === undefined ? latest : latest.where('workload', '=', workload)).execute()
  return rows.map((row) => toEntry(row).entry)
}

/** Of everything, oldest first, at most `limit` after the one of this number. */
export async function readHistoryAfter(
  db: Db,
  sequence: number,
  limit: number,
): Promise<readonly { readonly sequence: number; readonly entry: HistoryEntry }[]> {
  const rows = await db
    .selectFrom('history')
    .selectAll()
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .limit(limit)
    .execute()
  return rows.map(toEntry)
}

function toEntry({ sequence, ...row }: Selectable<Tables['history']>) {
  const entry = readRow('history', String(sequence), isHistoryEntry, { ...row, reason: parseJson(row.reason) })
  return { sequence, entry }
}
