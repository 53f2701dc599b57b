import type { Rollout } from '../rollout/rollout.ts'
import type { Hold, Store, WorkloadRow } from '../store/store.ts'

/** How every workload stands, by the last pass. */
export interface Status {
  /** Set while everything is held until `longshore resume`. */
  readonly hold: Hold | null
  readonly workloads: readonly WorkloadRow[]
  /** Rollouts under way. */
  readonly rollouts: readonly Rollout[]
}

export async function readStatus({ store }: { readonly store: Store }): Promise<Status> {
  const open = await store.openRollouts()
  return {
    hold: await store.hold(),
    workloads: await store.workloads(),
    rollouts: open.filter((each) => each.stage !== 'kept'),
  }
}
