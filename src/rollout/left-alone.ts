/** A workload that is not ours to change, or cannot be changed now, with the reason. */
export interface LeftAlone {
  readonly code: string
  readonly sentence: string
  /** Whether it is ours all the same, and goes on once that has passed; absent where it is not. */
  readonly isHeld?: boolean
  /** Ids of the workloads that are there, and that it waits for; absent where it waits for none. */
  readonly waitsFor?: readonly string[]
  /** The setting that lets it be changed all the same, with what stands against that then; absent where none does. */
  readonly liftedBy?: {
    readonly setting: 'stopped' | 'autoRemove' | 'jobs'
    /** The one value that does; absent where every value but the default does. */
    readonly to?: 'start'
    readonly next: LeftAlone | null
  }
}
