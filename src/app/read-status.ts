import type { Clock } from '../lib/clock.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { Hold, Override, Pause, Store, WorkloadRow } from '../store/store.ts'
import { isOver } from './pauses.ts'

/** How every workload stands, by the last pass. */
export interface Status {
  /** Set while everything is held until `longshore resume`. */
  readonly hold: Hold | null
  /** Those in force; that of everything first. */
  readonly pauses: readonly Pause[]
  /** What people pinned, by workload. */
  readonly pins: readonly Override[]
  readonly workloads: readonly WorkloadRow[]
  /** Rollouts under way. */
  readonly rollouts: readonly Rollout[]
}

export async function readStatus({
  store,
  clock,
}: {
  readonly store: Store
  readonly clock: Pick<Clock, 'now'>
}): Promise<Status> {
  const rollouts = (await store.openRollouts()).filter((each) => each.stage !== 'kept')
  return {
    hold: await store.hold(),
    pauses: (await store.pauses()).filter((each) => !isOver(each, clock.now())),
    pins: (await store.overrides()).filter(({ kind }) => kind === 'pin'),
    workloads: (await store.workloads()).map((row) => withRollout(row, rollouts)),
    rollouts,
  }
}

/** While a workload is driven nothing is decided about it, so its journal tells how it stands. */
function withRollout(row: WorkloadRow, rollouts: readonly Rollout[]): WorkloadRow {
  const rollout = rollouts.find((each) => each.workload === row.id)
  if (rollout === undefined) return row
  const reason = { code: 'ROLLOUT_OPEN', sentence: `a rollout is at ${rollout.step}` }
  return { ...row, state: 'rolling-out', reason, candidate: rollout.digest }
}
