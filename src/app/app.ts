import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Registry, Repository } from '../registries/registry.ts'
import type { Refused } from '../rollout/registry-wait.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { Store, TagObservation } from '../store/store.ts'
import type { PullAuth, PullProgress, Target } from '../targets/target.ts'
import type { SenderCounts } from './events/sender-counts.ts'
import type { GuessedHost } from './doctor/guessed-host.ts'
import type { GroupSettings, TargetLimits } from './groups/group-settings.ts'
import type { GroupSlots } from './groups/group-slots.ts'
import type { Nudges } from './passes/nudges.ts'
import type { Overview } from './answers/overview.ts'
import type { StateKeeper } from './passes/keep-state.ts'
import type { JournalObserver } from './rollouts/record-step.ts'
import type { RolloutCounts } from './rollouts/rollout-counts.ts'
import type { RunHere } from './rollouts/run-hook.ts'
import type { RegistryStanding } from './scans/registry-standing.ts'
import type { WantedLooks } from './scans/wanted-looks.ts'
import type { PolicyReading, PolicyWish } from './selection/policy-wish.ts'
import type { ConfiguredQueue } from './workloads/configured-queue.ts'
import type { WorkloadRule, WorkloadSettings } from './workloads/workload-settings.ts'

export type { Queue } from '../jobs/queue.ts'
export type { PullProgress } from '../targets/target.ts'

/** How long registries, by host, are to be left alone, in milliseconds. */
export interface RegistryPauses {
  /** Until a repository may be pulled from; 0 without a pause. */
  leftMs(repository: Repository): number
  /** @param what is refused: pulls of whoever pulls from this repository, or all that its host is asked */
  begin(repository: Repository, ms: number, what: Refused): void
}

/** Everything that the use cases work with. Built in `wiring.ts`, and nowhere else. */
export interface App {
  readonly store: Store
  readonly targets: readonly Target[]
  readonly registryFor: (host: string) => Registry
  /** The policy that settings wish for, built once. */
  readonly policyFor: (wish: PolicyWish) => Promise<PolicyReading>
  /** Pauses that registries asked for, of us or of an engine; absent where none are kept. */
  readonly registryPauses?: RegistryPauses
  /** How we stand with registries now; absent where nobody can ask. */
  readonly registryStanding?: () => RegistryStanding
  /** Registries whose hosts nobody has said so far; absent where none is left to its instance. */
  readonly guessedHosts?: () => readonly GuessedHost[]
  readonly pullAuth: (repository: Repository, signal: AbortSignal) => Promise<PullAuth | null>
  /** Become others while we run when a registry tells its host late. */
  readonly rules: () => readonly WorkloadRule[]
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
  /** Who sent to us since this process began; absent where nothing is listened for. */
  readonly senderCounts?: SenderCounts
  /** How rollouts ended since this process began; absent where another process owns the state. */
  readonly rolloutCounts?: RolloutCounts
  /** Queues of events that are read; absent where there are none. */
  readonly eventQueues?: readonly ConfiguredQueue[]
  /** When each tag was last looked up, by `clock.elapsed()`. */
  readonly lastLooks: Map<string, number>
  /** Looks that are waited for, by scan key. */
  readonly looksWanted: Map<string, WantedLooks>
  /** Looks at tags that are under way, by repository, tag and urgency. */
  readonly lookUps: Map<string, Promise<TagObservation>>
  /** Runs hooks beside us; absent where none can. */
  readonly runHere?: RunHere
  /** Cares for the state; absent where another process owns it. */
  readonly keeper?: StateKeeper
  readonly onProgress?: (rollout: Rollout, progress: PullProgress) => void
  readonly onJournal?: JournalObserver
}
