import type { Override } from '../store.ts'
import type { Check } from './shape.ts'
import { isText, objectOf, oneOf, orNull, readRow } from './shape.ts'
import type { Db, Tables } from './tables.ts'
import { isDigestText } from './values.ts'

const isOverride: Check<Override> = objectOf<Override>({
  workload: isText,
  kind: oneOf(['pin', 'deploy', 'return']),
  tag: isText,
  digest: orNull(isDigestText),
  tagBefore: isText,
  actor: isText,
  reason: orNull(isText),
  since: isText,
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
  const word = { kind, tag, digest, tagBefore, actor, reason, since }
  await db
    .insertInto('overrides')
    .values({ workload, ...word })
    .onConflict((conflict) => conflict.column('workload').doUpdateSet(word))
    .execute()
}

export async function deleteOverride(db: Db, { workload, since }: Override): Promise<void> {
  await db.deleteFrom('overrides').where('workload', '=', workload).where('since', '=', since).execute()
}

function toOverride(row: Tables['overrides']): Override {
  return readRow('overrides', row.workload, isOverride, row)
}
