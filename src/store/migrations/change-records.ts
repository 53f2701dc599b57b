import type { Kysely } from 'kysely'

type RecordFields = Readonly<Record<string, unknown>>

interface RecordTable {
  readonly rollouts: { readonly id: string; readonly record: string }
}

/** Gives every rollout more fields. Each database has its own words for JSON, so this is done here. */
export async function changeRecords(
  untyped: Kysely<unknown>,
  fields: (record: RecordFields) => RecordFields,
): Promise<void> {
  const db = untyped as Kysely<RecordTable> // these two columns never change
  const rows = await db.selectFrom('rollouts').select(['id', 'record']).execute()
  for (const { id, record } of rows) {
    const read = parse(record)
    if (read === null) continue
    const changed = JSON.stringify({ ...read, ...fields(read) })
    await db.updateTable('rollouts').set({ record: changed }).where('id', '=', id).execute()
  }
}

/** Null for one that is damaged: it stays as it is, for its reader to say so. */
function parse(text: string): RecordFields | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
