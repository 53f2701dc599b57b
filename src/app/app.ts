import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Policy } from '../policies/policy.ts'
import type { Registry, Repository } from '../registries/registry.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { Store } from '../store/store.ts'
import type { PullAuth, PullProgress, Target } from '../targets/target.ts'
import type { GroupSettings, TargetLimits } from './groups/group-settings.ts'
import type { GroupSlots } from './groups/group-slots.ts'
import type { Nudges } from './nudges.ts'
import type { Overview } from './overview.ts'
import type { JournalObserver } from './record-step.ts'
import type { RunHere } from './run-hook.ts'
import type { WorkloadRule, WorkloadSettings } from './workload-settings.ts'

export type { Queue } from '../jobs/queue.ts'
export type { PullProgress } from '../targets/target.ts'

/** Everything that the use cases work with. Built in `wiring.ts`, and nowhere else. */
export interface App {
  readonly store: Store
  readonly targets: readonly Target[]
  readonly registryFor: (host: string) => Registry
  /** The policy that a text names; null when there is none. */
  readonly policyFor: (text: string) => Policy | null
  readonly pullAuth: (repository: Repository, signal: AbortSignal) => Promise<PullAuth | null>
  readonly rules: readonly WorkloadRule[]
  readonly defaults: WorkloadSettings
  /** By name; a group that is not named has the defaults. */
  readonly groups: ReadonlyMap<string, GroupSettings>
  readonly groupSlots: GroupSlots
  /** By the name of the target. */
  readonly limits: ReadonlyMap<string, TargetLimits>
  readonly watchMode: 'labelled' | 'all'
  readonly pollIntervalMs: number
  readonly clock: Clock
  /** Between 0 and 1, for jitter. */
  readonly random: () => number
  readonly newId: () => string
  readonly log: Log
  /** Wakes the loops of this process. */
  readonly nudges: Nudges
  /** What the loops of this process last saw. */
  readonly overview: Overview
  /** When each tag was last looked up, by `clock.elapsed()`. */
  readonly lastLooks: Map<string, number>
  /** Tags that are waited for, by scan key, each with the time that its look may not be older than. */
  readonly looksWanted: Map<string, Map<string, number>>
  /** Runs hooks beside us; absent where none can. */
  readonly runHere?: RunHere
  readonly onProgress?: (rollout: Rollout, progress: PullProgress) => void
  readonly onJournal?: JournalObserver
}
