import type { Clock } from '../../lib/clock.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { heldTargets, type HeldTarget } from '../brake/held-targets.ts'
import type { Hold, Override, Pause, SourceTrouble, Store, TargetNote, WorkloadRow } from '../../store/store.ts'
import type { ConfiguredQueue } from '../workloads/configured-queue.ts'
import { openInWords } from '../rollouts/open-in-words.ts'
import { isOver } from '../words/pauses.ts'
import { involvedIn } from '../sets/busy-set.ts'

/** How every workload stands, by the last pass. */
export interface Status {
  /** Set while everything is held until `longshore resume`. */
  readonly hold: Hold | null
  /** Targets on which no rollout begins by itself until `longshore release`. */
  readonly heldTargets: readonly HeldTarget[]
  /** Those in force; that of everything first. */
  readonly pauses: readonly Pause[]
  /** What people pinned, by workload. */
  readonly pins: readonly Override[]
  /** What answered at each target, when it was last begun with. */
  readonly engines: readonly TargetNote[]
  /** What keeps sources of events from being read, by source. */
  readonly sourceTroubles: readonly SourceTrouble[]
  readonly workloads: readonly WorkloadRow[]
  /** Rollouts under way. */
  readonly rollouts: readonly Rollout[]
}

export async function readStatus({
  store,
  clock,
  limits,
  targets,
  eventQueues = [],
}: {
  readonly store: Store
  readonly clock: Pick<Clock, 'now'>
  readonly limits: App['limits']
  readonly targets: readonly Pick<Target, 'name'>[]
  readonly eventQueues?: readonly Pick<ConfiguredQueue, 'name'>[]
}): Promise<Status> {
  const rollouts = (await store.openRollouts()).filter((each) => each.stage !== 'kept')
  return {
    hold: await store.hold(),
    heldTargets: await heldTargets({ store, limits, targets }),
    pauses: (await store.pauses()).filter((each) => !isOver(each, clock.now())),
    pins: (await store.overrides()).filter(({ kind }) => kind === 'pin'),
    engines: await store.engineNotes(),
    // Of one that is no longer read nothing is told.
    sourceTroubles: (await store.sourceTroubles()).filter(({ source }) =>
      eventQueues.some(({ name }) => name === source),
    ),
    workloads: (await store.workloads()).map((row) => withRollout(row, rollouts, clock.now())),
    rollouts,
  }
}

/** While a workload is driven nothing is decided about it, so its journal tells how it stands. */
function withRollout(row: WorkloadRow, rollouts: readonly Rollout[], now: number): WorkloadRow {
  const rollout = rollouts.find((each) => each.workload === row.id)
  if (rollout === undefined) return withSet(row, rollouts)
  const reason = { code: 'ROLLOUT_OPEN', sentence: openInWords(rollout, now) }
  return { ...row, state: 'rolling-out', reason, candidate: rollout.digest }
}

/** A dependant is driven with the rollout of what it uses, and whatever follows that waits for it. */
function withSet(row: WorkloadRow, rollouts: readonly Rollout[]): WorkloadRow {
  const rollout = rollouts.find((each) => involvedIn(each).includes(row.id))
  if (rollout === undefined) return row
  const sentence = `it follows ${rollout.name}, whose rollout is at ${rollout.step}`
  return { ...row, state: 'rolling-out', reason: { code: 'ROLLOUT_OPEN', sentence } }
}
