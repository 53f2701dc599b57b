import type { Rollout, Stage } from '../../rollout/rollout.ts'
import { isRollout } from './rollout-shape.ts'
import { prepared } from './prepared.ts'
import { parseJson, readRow } from './shape.ts'
import type { Db } from './tables.ts'

/** The compiler sees to it that no stage is missing. */
const isUnderWay: Readonly<Record<Stage, boolean>> = {
  forward: true,
  passed: true,
  back: true,
  kept: false,
  ended: false,
}
const stages = Object.entries(isUnderWay).flatMap(([stage, is]) => (is ? [stage] : []))

/** By the index over stages: the few that are under way lie among all that ever were. */
const selectUnderWay = prepared((db) =>
  db.selectFrom('rollouts').select(['id', 'record']).where('stage', 'in', stages).orderBy('createdAt').orderBy('id'),
)

export async function readRolloutsUnderWay(db: Db): Promise<readonly Rollout[]> {
  const { rows } = await selectUnderWay(db, {})
  return rows.map(({ id, record }) => readRow('rollouts', id, isRollout, parseJson(record)))
}
