/** A container of a Compose service that is down, and what tells who left it so. */
export interface DownContainer {
  /** Id of the workload, and the name of its service. */
  readonly workload: string
  readonly service: string
  /** Ids of the other workloads of its project, with which it may have been made again. */
  readonly others: readonly string[]
  /** When it was made, where it was never started, or else when it ended; in milliseconds since the epoch. */
  readonly at: number
  readonly hasRun: boolean
}
