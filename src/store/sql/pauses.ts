import type { Pause } from '../store.ts'
import type { Check } from './shape.ts'
import { isText, objectOf, orNull, readRow } from './shape.ts'
import type { Db } from './tables.ts'

const isPause: Check<Pause> = objectOf<Pause>({
  workload: orNull(isText),
  until: orNull(isText),
  actor: isText,
  reason: orNull(isText),
  since: isText,
})

/** The key of the pause of everything; no workload has an empty id. */
const everything = ''

export async function readPauses(db: Db): Promise<readonly Pause[]> {
  const rows = await db.selectFrom('pauses').selectAll().orderBy('workload').execute()
  return rows.map((row) => readRow('pauses', row.workload, isPause, { ...row, workload: row.workload || null }))
}

export async function writePause(db: Db, pause: Pause): Promise<void> {
  const { until, actor, reason, since } = pause
  const word = { until, actor, reason, since }
  await db
    .insertInto('pauses')
    .values({ workload: pause.workload ?? everything, ...word })
    .onConflict((conflict) => conflict.column('workload').doUpdateSet(word))
    .execute()
}

export async function deletePause(db: Db, workload: string | null): Promise<void> {
  await db
    .deleteFrom('pauses')
    .where('workload', '=', workload ?? everything)
    .execute()
}
