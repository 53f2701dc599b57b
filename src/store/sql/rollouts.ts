import type { Rollout } from '../../rollout/rollout.ts'
import { isRollout } from './rollout-shape.ts'
import { prepared } from './prepared.ts'
import { parseJson, readJson, readRow, toJson } from './shape.ts'
import type { Db } from './tables.ts'

export async function readRollout(db: Db, id: string): Promise<Rollout | null> {
  const row = await rolloutRows(db).where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : toRollout(row)
}

export async function readOpenRollouts(db: Db): Promise<readonly Rollout[]> {
  const rows = await rolloutRows(db).where('stage', '!=', 'ended').orderBy('createdAt').orderBy('id').execute()
  return rows.map(toRollout)
}

const latestRollouts = prepared((db, { workload, limit }: { readonly workload: string; readonly limit: number }) =>
  rolloutRows(db).where('workload', '=', workload).orderBy('createdAt', 'desc').orderBy('id', 'desc').limit(limit),
)

export async function readRollouts(db: Db, workload: string, limit: number): Promise<readonly Rollout[]> {
  const { rows } = await latestRollouts(db, { workload, limit })
  return rows.map(toRollout)
}

/** Of all workloads, by id, at most `limit` after the one of this id. */
export async function readRolloutsAfter(db: Db, id: string, limit: number): Promise<readonly Rollout[]> {
  const rows = await rolloutRows(db).where('id', '>', id).orderBy('id').limit(limit).execute()
  return rows.map(toRollout)
}

/** With the end of a rollout its snapshot goes too: it holds environment values, and nothing reads it any more. */
export async function writeRollout(db: Db, rollout: Rollout): Promise<void> {
  const { id, workload, stage, outcome, createdAt } = rollout
  const row = { workload, stage, outcome, createdAt, record: JSON.stringify(rollout) }
  await db
    .insertInto('rollouts')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
  if (stage === 'ended') await db.deleteFrom('snapshots').where('rollout', '=', id).execute()
}

export async function readSnapshot(db: Db, rollout: string): Promise<unknown> {
  const row = await db.selectFrom('snapshots').select('snapshot').where('rollout', '=', rollout).executeTakeFirst()
  return row === undefined ? null : readJson('snapshots', rollout, row.snapshot)
}

export async function writeSnapshot(db: Db, rollout: string, value: unknown): Promise<void> {
  const snapshot = toJson(value)
  await db
    .insertInto('snapshots')
    .values({ rollout, snapshot })
    .onConflict((conflict) => conflict.column('rollout').doUpdateSet({ snapshot }))
    .execute()
}

function rolloutRows(db: Db) {
  return db.selectFrom('rollouts').select(['id', 'record'])
}

function toRollout(row: { id: string; record: string }): Rollout {
  return readRow('rollouts', row.id, isRollout, parseJson(row.record))
}
