import type { SourceTrouble } from '../store.ts'
import type { Check } from './shape.ts'
import { isText, objectOf, parseJson, readRow } from './shape.ts'
import type { Db } from './tables.ts'
import { isReason } from './values.ts'

const isSourceTrouble: Check<SourceTrouble> = objectOf<SourceTrouble>({
  source: isText,
  reason: isReason,
  since: isText,
})

/** By source. */
export async function readSourceTroubles(db: Db): Promise<readonly SourceTrouble[]> {
  const rows = await db.selectFrom('sourceTroubles').selectAll().orderBy('source').execute()
  return rows.map((row) =>
    readRow('source_troubles', row.source, isSourceTrouble, { ...row, reason: parseJson(row.reason) }),
  )
}

/** In the place of all that there were. */
export async function writeSourceTroubles(db: Db, troubles: readonly SourceTrouble[]): Promise<void> {
  await db.deleteFrom('sourceTroubles').execute()
  for (const { source, reason, since } of troubles) {
    await db
      .insertInto('sourceTroubles')
      .values({ source, reason: JSON.stringify(reason), since })
      .execute()
  }
}
