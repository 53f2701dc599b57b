import type { Override, ReplacedPin } from '../store.ts'
import type { Check } from './shape.ts'
import { isText, objectOf, oneOf, orNull, parseJson, readRow } from './shape.ts'
import type { Db, Tables } from './tables.ts'
import { isDigestText } from './values.ts'

const isReplacedPin: Check<ReplacedPin> = objectOf<ReplacedPin>({
  tag: isText,
  digest: orNull(isDigestText),
  actor: isText,
  reason: orNull(isText),
  since: isText,
})

const isOverride: Check<Override> = objectOf<Override>({
  workload: isText,
  kind: oneOf(['pin', 'deploy', 'return']),
  tag: isText,
  digest: orNull(isDigestText),
  tagBefore: isText,
  actor: isText,
  reason: orNull(isText),
  since: isText,
  insteadOf: orNull(isReplacedPin),
})

export async function readOverride(db: Db, workload: string): Promise<Override | null> {
  const row = await db.selectFrom('overrides').selectAll().where('workload', '=', workload).executeTakeFirst()
  return row === undefined ? null : toOverride(row)
}

/** By workload. */
export async function readOverrides(db: Db): Promise<readonly Override[]> {
  return (await db.selectFrom('overrides').selectAll().orderBy('workload').execute()).map(toOverride)
}

export async function writeOverride(db: Db, override: Override): Promise<void> {
  const { workload, kind, tag, digest, tagBefore, actor, reason, since } = override
  const insteadOf = override.insteadOf === null ? null : JSON.stringify(override.insteadOf)
  const word = { kind, tag, digest, tagBefore, actor, reason, since, insteadOf }
  await db
    .insertInto('overrides')
    .values({ workload, ...word })
    .onConflict((conflict) => conflict.column('workload').doUpdateSet(word))
    .execute()
}

/** Two words may have been said in the same millisecond. @returns whether it was there */
export async function deleteOverride(db: Db, { workload, since, kind, tag, digest }: Override): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('overrides')
    .where('workload', '=', workload)
    .where('since', '=', since)
    .where('kind', '=', kind)
    .where('tag', '=', tag)
    .where('digest', digest === null ? 'is' : '=', digest)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

function toOverride(row: Tables['overrides']): Override {
  const insteadOf = row.insteadOf === null ? null : parseJson(row.insteadOf)
  return readRow('overrides', row.workload, isOverride, { ...row, insteadOf })
}
