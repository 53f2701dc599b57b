import type { ImageReference } from '../../image/reference.ts'
import type { Policy } from '../../policies/policy.ts'
import type { ImageDescription } from '../../registries/registry.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type {
  Hold,
  Override,
  Pause,
  Quarantine,
  Sighting,
  TagObservation,
  Time,
  WorkloadRow,
} from '../../store/store.ts'
import type { Workload } from '../../targets/target.ts'
import type { TargetStanding } from '../brake/target-standing.ts'
import type { GroupStanding } from '../groups/wave.ts'
import type { ListChoice } from '../selection/list-choice.ts'
import type { WorkloadSettings } from '../workloads/workload-settings.ts'

/** Everything that a decision may depend on. */
export interface DecideInput {
  readonly workload: Workload
  readonly reference: ImageReference
  /** The tag that is followed: that of a person's word, or the reference's, or the one that engines fill in. */
  readonly tag: string
  readonly settings: WorkloadSettings
  readonly policy: Policy
  /** What the tag was found to name; with `choice`, the chosen one. */
  readonly observation: TagObservation | null
  /** What a policy that chooses among all tags chose; null where one tag is followed. */
  readonly choice: ListChoice | null
  /** Newest first. */
  readonly sightings: readonly Sighting[]
  /** What lies under the observed digest; null when nobody had to look. */
  readonly description: ImageDescription | null
  readonly row: WorkloadRow | null
  /** Newest first. */
  readonly rollouts: readonly Rollout[]
  readonly quarantines: readonly Quarantine[]
  readonly hold: Hold | null
  /** When the state last took the place of a later one; null for never, and where the policy asks for no age. */
  readonly restoredAt: Time | null
  /** A person's word on what it should run; with one, no policy selects. */
  readonly override: Override | null
  /** All that there are, also those whose time is over. */
  readonly pauses: readonly Pause[]
  /** When a person last said what it should run, or that it should go on by its policy. */
  readonly lastWordAt: Time | null
  /** How its group stands; null for one without, and while nothing of it is under way. */
  readonly group: GroupStanding | null
  /** How its target stands; null while there is no candidate to hold. */
  readonly target: TargetStanding | null
  /** Whether a failure of the surroundings may be tried again before its time: an operator asked for this pass. */
  readonly ignoresBackoff: boolean
  readonly now: number
}
