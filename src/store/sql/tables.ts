import type { ColumnType, Kysely } from 'kysely'

/** `key` is one of `metaKeys`. */
interface MetaTable {
  readonly key: string
  readonly value: string
}

interface TagObservationsTable {
  readonly registry: string
  readonly repository: string
  readonly tag: string
  readonly digest: string | null
  readonly reads: number
  readonly firstSeenAt: string | null
  readonly seenAt: string | null
  readonly failure: string | null
}

/** Written once and counted by the database; never given by us. */
type Sequence = ColumnType<number, never, never>

interface SightingsTable {
  readonly sequence: Sequence
  readonly registry: string
  readonly repository: string
  readonly tag: string
  readonly digest: string
  readonly firstSeenAt: string
}

interface TagListsTable {
  readonly registry: string
  readonly repository: string
  readonly count: number
  readonly seenAt: string | null
  /** JSON, as `doubt`. */
  readonly failure: string | null
  readonly doubt: string | null
}

/** `tags` is JSON. */
interface ListedTagsTable {
  readonly registry: string
  readonly repository: string
  readonly tags: string
}

interface ImagesTable {
  readonly registry: string
  readonly repository: string
  readonly digest: string
  readonly description: string
  /** Empty for those from before this was kept. */
  readonly describedAt: string
}

interface WorkloadsTable {
  readonly id: string
  readonly image: string
  readonly imageId: string
  readonly digest: string | null
  readonly mode: string
  readonly baselineImage: string
  readonly state: string
  readonly reason: string
  readonly candidate: string | null
  readonly groupName: string | null
  readonly observedAt: string
  readonly decidedAt: string
  readonly since: string
}

/** `record` is the whole rollout; the other columns repeat what is asked for. */
interface RolloutsTable {
  readonly id: string
  readonly workload: string
  readonly stage: string
  readonly outcome: string | null
  readonly createdAt: string
  readonly record: string
}

/** Apart from the rollouts because it holds environment values and is deleted with the end of the rollout. */
interface SnapshotsTable {
  readonly rollout: string
  readonly snapshot: string
}

interface JournalTable {
  readonly sequence: Sequence
  readonly rollout: string
  readonly step: string
  readonly effect: string
  readonly at: string
}

interface QuarantineTable {
  readonly workload: string
  readonly digest: string
  readonly policy: string
  readonly reason: string
  readonly since: string
}

interface OverridesTable {
  readonly workload: string
  readonly kind: string
  readonly tag: string
  readonly digest: string | null
  readonly tagBefore: string
  readonly actor: string
  readonly reason: string | null
  readonly since: string
  /** JSON. */
  readonly insteadOf: string | null
}

/** `workload` is empty for the pause of everything. */
interface PausesTable {
  readonly workload: string
  readonly until: string | null
  readonly actor: string
  readonly reason: string | null
  readonly since: string
}

interface WaveRolloutsTable {
  readonly groupName: string
  readonly workload: string
  readonly rollout: string
  readonly fromDigest: string | null
}

interface GateFailuresTable {
  readonly sequence: Sequence
  readonly rollout: string
  readonly target: string
  readonly workload: string
  readonly digest: string
  readonly at: string
}

interface MassChangesTable {
  readonly target: string
  readonly count: number
  readonly most: number
  readonly since: string
}

interface ApprovalsTable {
  readonly target: string
  readonly workload: string
  readonly digest: string
}

interface HistoryTable {
  readonly sequence: Sequence
  readonly at: string
  readonly actor: string | null
  readonly workload: string | null
  readonly rollout: string | null
  readonly kind: string
  readonly reason: string
  readonly fromDigest: string | null
  readonly toDigest: string | null
}

interface EventKeysTable {
  readonly key: string
  readonly receivedAt: string
}

interface EventInboxTable {
  readonly registry: string
  readonly repository: string
  /** Empty where there is none. */
  readonly tag: string
  readonly key: string
  readonly digest: string | null
  readonly receivedAt: string
}

/** `key` is empty where it could not be read; `reason` is JSON. */
interface EventTrailTable {
  readonly sequence: Sequence
  readonly key: string
  readonly receivedAt: string
  readonly source: string
  readonly kind: string
  /** Empty where there is none, as repository and tag. */
  readonly registry: string
  readonly repository: string
  readonly tag: string
  readonly digest: string | null
  readonly fate: string
  readonly lookedAt: string | null
  readonly looks: number
  readonly endedAt: string | null
  readonly found: string | null
  readonly reason: string | null
  readonly occurredAt: string | null
}

/** `reason` is JSON. */
interface SourceTroublesTable {
  readonly source: string
  readonly reason: string
  readonly since: string
}

interface DeadLettersTable {
  readonly sequence: Sequence
  readonly source: string
  readonly body: string
  readonly receivedAt: string
}

/**
 * The tables as the queries name them; in the database the names are in snake case (CamelCasePlugin).
 * Columns are typed as the database gives them, not as what we hope to find: `rows.ts` checks that.
 */
export interface Tables {
  readonly meta: MetaTable
  readonly tagObservations: TagObservationsTable
  readonly sightings: SightingsTable
  readonly tagLists: TagListsTable
  readonly listedTags: ListedTagsTable
  readonly images: ImagesTable
  readonly workloads: WorkloadsTable
  readonly rollouts: RolloutsTable
  readonly snapshots: SnapshotsTable
  readonly journal: JournalTable
  readonly quarantine: QuarantineTable
  readonly overrides: OverridesTable
  readonly pauses: PausesTable
  readonly waveRollouts: WaveRolloutsTable
  readonly gateFailures: GateFailuresTable
  readonly massChanges: MassChangesTable
  readonly approvals: ApprovalsTable
  readonly history: HistoryTable
  readonly eventKeys: EventKeysTable
  readonly eventInbox: EventInboxTable
  readonly deadLetters: DeadLettersTable
  readonly eventTrail: EventTrailTable
  readonly sourceTroubles: SourceTroublesTable
}

/** A connection or a transaction: the queries do not care which. */
export type Db = Kysely<Tables>
