/** What only an orchestrator says of its services; absent where it says nothing, and of everything else. */
export interface Orchestrated {
  /** The stack that it was deployed with. */
  readonly stack?: string
  /** Whether it is to come to an end, and is started again by another image. */
  readonly isJob?: boolean
  /** Whether a run of the job is under way, which another image would end. */
  readonly isJobRunning?: boolean
  /** Whether all runs of the job's latest start have come to their end, however many of them failed before. */
  readonly isJobDone?: boolean
}
