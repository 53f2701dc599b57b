import type { PartOf } from '../../rollout/along.ts'
import type { PlannedRollout, Rollout } from '../../rollout/rollout.ts'
import type { Workload } from '../../targets/target.ts'
import { dependantsOf } from './busy-set.ts'

/**
 * What a rollout has to remember of those that were not well before it: nothing where there are none. What only follows
 * another by itself may be ill because of that one, and has no version to go back to anyway.
 */
export function unwellBefore(
  { id, unwell: now = [] }: Pick<Workload, 'id' | 'unwell'>,
  { follows, unwell, partOf }: Beginning,
): Pick<PlannedRollout, 'unwellBefore'> {
  if (follows && partOf === undefined) return {}
  // By now a part lives in what is gone, so that only what was seen before that counts.
  const found = partOf === undefined ? [...now, ...unwell].filter((each) => each !== id) : unwell
  return found.length === 0 ? {} : { unwellBefore: [...new Set(found)] }
}

/** As what it begins. */
interface Beginning {
  readonly follows: boolean
  readonly unwell: readonly string[]
  readonly partOf?: PartOf
}

/** Ids of those among a part and its dependants that were not well before the rollout that brings it along. */
export function unwellAmong(
  { unwellBefore: before = [] }: Pick<Rollout, 'unwellBefore'>,
  workload: Pick<Workload, 'id' | 'target' | 'dependants' | 'composed'>,
): readonly string[] {
  const own = new Set([workload.id, ...dependantsOf(workload)])
  return before.filter((each) => own.has(each))
}
