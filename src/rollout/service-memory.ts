/** What is remembered of a service while it is rolled out, since its orchestrator soon tells it no more. */
export interface ServiceMemory {
  /** Instances of the old version that ran before it was told anything: the way back need bring no more. */
  readonly ranBefore: number
  /** Whether it runs to an end, so that the old version is never run again. */
  readonly isJob: boolean
  /** When it was told the candidate, as ISO time of its orchestrator's clock; null until it was seen to say so. */
  readonly toldAt: string | null
  /** The most instances that were seen to run the candidate, of those that were wanted then; for people. */
  readonly running: number
  readonly wanted: number
}
