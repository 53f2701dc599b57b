import type { Digest } from '../image/digest.ts'
import type { JournalStep, Reason, Rollout } from '../rollout/rollout.ts'
import type { EventStore } from './rows/event-store.ts'
import type { HistoryEntry } from './rows/history.ts'
import type { StateRow, StoreBackups } from './rows/state-file.ts'
import type { ListedTag, TagListObservation } from './rows/tag-list.ts'
import type { Approval, GateFailure, MassChange } from './rows/targets.ts'
import type { Time } from './rows/time.ts'
import type { Override, Pause, WithWord } from './rows/words.ts'

export type * from './rows/event-trail.ts'
export type { HistoryEntry, HistoryKind } from './rows/history.ts'
export type { DeadLetter, PendingEvent } from './rows/pending-event.ts'
export type * from './rows/state-file.ts'
export type { KeptPush, ListDoubt, ListedTag, TagListObservation } from './rows/tag-list.ts'
export type { Approval, GateFailure, MassChange } from './rows/targets.ts'
export type { Time } from './rows/time.ts'
export type { Override, Pause, ReplacedPin, WithWord } from './rows/words.ts'

/** What a repository's tag named when we last looked, and how that look went. One row per (registry, repository, tag). */
export interface TagObservation {
  readonly registry: string
  readonly repository: string
  readonly tag: string
  /** The last good answer; null when there never was one. Stays while later looks fail. */
  readonly digest: Digest | null
  /** Agreeing reads in a row of `digest`, at least 1. */
  readonly reads: number
  readonly firstSeenAt: Time | null
  /** When `digest` was last confirmed. */
  readonly seenAt: Time | null
  /** Set while the latest look failed. */
  readonly failure: (Reason & { readonly at: Time; readonly since: Time; readonly count: number }) | null
}

/** First time that a tag was seen to name a digest. Never forgotten while the tag is watched. */
export interface Sighting {
  readonly digest: Digest
  readonly firstSeenAt: Time
}

export type DecisionState = 'current' | 'outdated' | 'held' | 'unknown' | 'rolling-out' | 'ignored'

/** A workload as last observed, and what was last decided for it. */
export interface WorkloadRow {
  readonly id: string
  readonly image: string
  readonly imageId: string
  readonly digest: Digest | null
  readonly mode: 'auto' | 'notify'
  /** Image id that it is meant to run by our last write, or that we found at first; a different one was put there by hand. */
  readonly baselineImage: string
  readonly state: DecisionState
  readonly reason: Reason
  readonly candidate: Digest | null
  /** Group that its owner put it in; null for none. */
  readonly group: string | null
  readonly observedAt: Time
  readonly decidedAt: Time
  /** When the present state with its reason's code began. */
  readonly since: Time
}

export interface Quarantine {
  readonly workload: string
  readonly digest: Digest
  /** Policy text in force; another policy lifts it. */
  readonly policy: string
  readonly reason: Reason
  readonly since: Time
}

export interface JournalEntry {
  readonly rollout: string
  readonly step: JournalStep
  readonly effect: string
  readonly at: Time
}

/** A hold on everything that lasts until `longshore resume` (I9). */
export interface Hold {
  readonly reason: Reason
  readonly since: Time
}

/** What answers at a target, as it was last seen; for people alone. */
export interface TargetNote {
  readonly target: string
  readonly engine: string
  /** What it cannot do for us, each as a sentence without its full stop. */
  readonly limits: readonly string[]
}

/**
 * What survives us. Every method is done wholly or not at all; a write has reached the disk when it resolves, lists are
 * sorted by their keys, and setting replaces what was set for the same key, except where a method says otherwise.
 */
export interface Store extends EventStore {
  /** True when no earlier run had written to this state. */
  readonly isNew: boolean
  hold(): Promise<Hold | null>
  setHold(hold: Hold | null, also?: WithWord): Promise<void>
  /** When this state last took the place of a later one, as a backup does; null for never. */
  restoredAt(): Promise<Time | null>

  engineNotes(): Promise<readonly TargetNote[]>
  saveEngineNote(note: TargetNote): Promise<void>

  tagObservation(registry: string, repository: string, tag: string): Promise<TagObservation | null>
  /**
   * Also records the sighting when `digest` is new for the tag. A good look that only repeats the one before may be
   * lost by a power cut: the next tells the same.
   */
  saveTagObservation(observation: TagObservation): Promise<void>
  /** Newest first, at most `limit`. */
  sightings(registry: string, repository: string, tag: string, limit: number): Promise<readonly Sighting[]>

  /** Those of one repository, by tag. */
  tagObservations(registry: string, repository: string): Promise<readonly TagObservation[]>
  /** Tags of one repository that were seen to name more than one digest, sorted. */
  movedTags(registry: string, repository: string): Promise<readonly string[]>

  tagList(registry: string, repository: string): Promise<TagListObservation | null>
  /** The tags of the last list that was taken over, and of those shortly before, in no order; empty when there never was one. */
  listedTags(registry: string, repository: string): Promise<readonly ListedTag[]>
  /**
   * Without `listed` the tags stay as they are; then it may be lost by a power cut: the next look tells the same.
   * With it, observations of tags that are not in it and were not seen for 90 days are forgotten.
   */
  saveTagList(list: TagListObservation, listed?: readonly ListedTag[]): Promise<void>

  /** JSON of what lies under a digest; null when never described. */
  imageDescription(registry: string, repository: string, digest: Digest): Promise<unknown>
  saveImageDescription(registry: string, repository: string, digest: Digest, description: unknown): Promise<void>

  workload(id: string): Promise<WorkloadRow | null>
  workloads(): Promise<readonly WorkloadRow[]>
  /** Of all that there are rows of. */
  workloadIds(): Promise<readonly string[]>
  /**
   * May be lost by a power cut: the next pass decides again.
   * @param baseline whether what is known stays what it is meant to run, as a word since the row was read may have set it
   */
  saveWorkload(row: WorkloadRow, baseline?: 'keep'): Promise<void>
  /**
   * Has a row that says the same already tell that this was found again. May be lost by a power cut.
   * @returns false, and nothing is written, where there is none or it says something else
   */
  renewWorkload(row: Omit<WorkloadRow, 'since'>): Promise<boolean>
  deleteWorkload(id: string): Promise<void>

  rollout(id: string): Promise<Rollout | null>
  /**
   * Inserts or replaces the rollout and, in the same transaction, appends to its journal and the history and
   * sets the quarantine, as given.
   * @throws STATE_UNWRITABLE when nothing was written
   */
  saveRollout(
    rollout: Rollout,
    also?: {
      journal?: JournalEntry
      /** Hooks of it that ended, in order; they go before its own entry. */
      historyOfHooks?: readonly HistoryEntry[]
      history?: HistoryEntry
      /** What it means to other workloads, each entry of its own workload. */
      historyOfOthers?: readonly HistoryEntry[]
      quarantine?: Quarantine
      baselineImage?: string
      /** Group whose wave the rollout joins, in the place of an earlier one of the same workload. */
      wave?: string
      /** What its workload ran before the wave; what it ran before the rollout where it is not given. */
      waveFrom?: Digest | null
      /** Counted once for each rollout; of a target the last 100 are kept. */
      gateFailure?: GateFailure
      /**
       * What to tell of a failure that set the brake of its target; null of any other. Asked with the failures of all
       * targets before and after it was counted, when no other can come between; again where the write is tried again.
       */
      brake?: (earlier: readonly GateFailure[], all: readonly GateFailure[]) => HistoryEntry | null
    },
  ): Promise<void>
  /** Those whose stage is not `ended`, oldest first. */
  openRollouts(): Promise<readonly Rollout[]>
  /** Those of the open ones whose outcome is not known yet, oldest first: not those that only keep their old version. */
  rolloutsUnderWay(): Promise<readonly Rollout[]>
  /** Of one workload, newest first, at most `limit`. */
  rollouts(workload: string, limit: number): Promise<readonly Rollout[]>
  journal(rollout: string): Promise<readonly JournalEntry[]>
  /** What journal step J2 keeps. Holds environment values; never leaves the state file. */
  saveSnapshot(rollout: string, snapshot: unknown): Promise<void>
  snapshot(rollout: string): Promise<unknown>

  /**
   * The rollouts of a group that belong together, the latest of each workload, by when they began. `fromDigest` of each
   * is what its workload ran before the wave.
   */
  wave(group: string): Promise<readonly Rollout[]>
  /** Takes these out of the group's wave, by their ids. */
  endWave(group: string, rollouts: readonly string[]): Promise<void>

  /** Of all targets, in the order in which they were counted. */
  gateFailures(): Promise<readonly GateFailure[]>
  massChanges(): Promise<readonly MassChange[]>
  setMassChange(massChange: MassChange, also?: WithWord): Promise<void>
  /** May be lost by a power cut: the next pass finds again that there is none. */
  clearMassChange(target: string): Promise<void>
  /** By workload. */
  approvals(): Promise<readonly Approval[]>
  /** May be lost by a power cut: what it let through is told by the next pass. */
  clearApproval(workload: string): Promise<void>
  /** Forgets a target's gate failures and mass change, and takes these approvals in the place of those that it had. */
  releaseTarget(target: string, approvals: readonly Approval[], also?: WithWord): Promise<void>

  quarantine(workload: string): Promise<readonly Quarantine[]>
  quarantines(): Promise<readonly Quarantine[]>
  liftQuarantine(workload: string, digest: Digest | 'all', history?: HistoryEntry): Promise<void>

  override(workload: string): Promise<Override | null>
  overrides(): Promise<readonly Override[]>
  setOverride(override: Override, also?: WithWord): Promise<void>
  /** Ends this very one, and sets `next` in its place. Where another stands by now that stays, and nothing is written. */
  clearOverride(override: Override, also?: WithWord & { readonly next?: Override }): Promise<void>

  /** That of everything first, then by workload; also those whose time is over. */
  pauses(): Promise<readonly Pause[]>
  setPause(pause: Pause, also?: WithWord): Promise<void>
  clearPause(workload: string | null, also?: WithWord): Promise<void>

  /** Writes something that nobody reads. @throws STATE_UNWRITABLE, STATE_LOCKED */
  checkWritable(): Promise<void>

  addHistory(entry: HistoryEntry): Promise<void>
  /** Newest first. */
  history(query: { workload?: string; limit: number }): Promise<readonly HistoryEntry[]>

  /** Forgets what nothing stands on any more, at most once a day (docs/state.md). May be lost by a power cut. */
  forgetOld(now: Time): Promise<void>
  /** Everything that may be shown. */
  contents(): AsyncIterable<StateRow>
  /** For the owner of a state that nobody else backs up. */
  readonly backups?: StoreBackups

  close(): Promise<void>
}
