import type { Digest } from '../../image/digest.ts'
import type { Time } from './time.ts'

/** A version that failed its gate on a workload of a target. Counts towards the target's brake until that is released. */
export interface GateFailure {
  /** Name of the target, which several kinds of workloads share. */
  readonly target: string
  readonly workload: string
  readonly digest: Digest
  readonly at: Time
}

/** More workloads of a target wanted a change at once than may go without a person's look. One per target. */
export interface MassChange {
  readonly target: string
  /** How many wanted one when that was found. */
  readonly count: number
  /** How many may. */
  readonly most: number
  readonly since: Time
}

/** A change that a person let through although too many were wanted at once: this workload, to this digest. */
export interface Approval {
  readonly target: string
  readonly workload: string
  readonly digest: Digest
}
