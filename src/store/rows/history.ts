import type { Digest } from '../../image/digest.ts'
import type { Reason } from '../../rollout/rollout.ts'
import type { Time } from './time.ts'

/** What a person can say. */
type WordKind = 'resume' | 'release' | 'pin' | 'unpin' | 'pause' | 'deploy' | 'rollback' | 'quarantine-released'

export type HistoryKind =
  'rollout-started' | 'rollout-ended' | 'hook' | 'held' | 'hold' | 'brake' | 'found' | 'removed' | WordKind

export interface HistoryEntry {
  readonly at: Time
  /** Who brought it about; null for Longshore itself. */
  readonly actor: string | null
  readonly workload: string | null
  readonly rollout: string | null
  readonly kind: HistoryKind
  readonly reason: Reason
  readonly fromDigest: Digest | null
  readonly toDigest: Digest | null
}
