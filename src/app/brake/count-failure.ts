import type { Rollout } from '../../rollout/rollout.ts'
import type { GateFailure, HistoryEntry } from '../../store/store.ts'
import { brakeOf, failuresOn } from './brake.ts'

/**
 * What has to be written with a step that is the verdict against a version. Null for every other step, and on a target
 * without a brake: failures of the surroundings do not count (I5).
 */
export function countFailure(
  { hasBrake }: { readonly hasBrake?: (target: string) => boolean },
  before: Rollout,
  after: Rollout,
  at: string,
): GateFailure | null {
  if (!after.candidateAtFault || before.candidateAtFault) return null
  const { target, workload, digest } = after
  return hasBrake?.(target) === false ? null : { target, workload, digest, at }
}

/**
 * What is told of a failure that sets the brake of its target; null of any other.
 * @param earlier failures of all targets before it was counted
 * @param all with it
 */
export function tellBrake(
  { target, id, digest }: Rollout,
  at: string,
  earlier: readonly GateFailure[],
  all: readonly GateFailure[],
): HistoryEntry | null {
  const brake = brakeOf(failuresOn(all, target))
  if (brake === null || brakeOf(failuresOn(earlier, target)) !== null) return null
  const reason = { ...brake.reason, sentence: `${brake.reason.sentence}; until longshore release ${target}` }
  return { at, actor: null, workload: null, rollout: id, kind: 'brake', reason, fromDigest: null, toDigest: digest }
}
