import type { Rollout } from '../../rollout/rollout.ts'
import type { GateFailure, HistoryEntry, Store } from '../../store/store.ts'
import { brakeOf, failuresOn, type Brake } from './brake.ts'

/** What has to be written with a step that is the verdict against a version. */
export interface CountedFailure {
  readonly gateFailure: GateFailure
  /** Set when this failure sets the brake of its target. */
  readonly braked: { readonly brake: Brake; readonly history: HistoryEntry } | null
}

/** Null for every other step, and on a target without a brake: failures of the surroundings do not count (I5). */
export async function countFailure(
  { store, hasBrake }: { readonly store: Pick<Store, 'gateFailures'>; readonly hasBrake?: (target: string) => boolean },
  before: Rollout,
  after: Rollout,
  at: string,
): Promise<CountedFailure | null> {
  if (!after.candidateAtFault || before.candidateAtFault) return null
  const { target, workload, digest } = after
  if (hasBrake?.(target) === false) return null
  const gateFailure = { target, workload, digest, at }
  const earlier = failuresOn(await store.gateFailures(), target)
  const brake = brakeOf([...earlier, gateFailure])
  if (brake === null || brakeOf(earlier) !== null) return { gateFailure, braked: null }
  const reason = { ...brake.reason, sentence: `${brake.reason.sentence}; until longshore release ${target}` }
  const history = {
    at,
    actor: null,
    workload: null,
    rollout: after.id,
    kind: 'brake',
    reason,
    fromDigest: null,
    toDigest: digest,
  } as const
  return { gateFailure, braked: { brake, history } }
}
