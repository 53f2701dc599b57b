/** Where a workload's image is written, and what a rollout changes there. */
export interface Definition {
  /** Every file that defines the workload, by its content; `after` equals `before` where nothing is edited. */
  readonly files: readonly { readonly path: string; readonly before: string; readonly after: string }[]
  /** Null when the rollout leaves the files alone. */
  readonly edit: { readonly path: string; readonly line: number; readonly from: string; readonly to: string } | null
  /** Services whose containers live in one of this workload's, and have to be made again with it. */
  readonly followers: readonly string[]
  /** Those of them that did not run: they are made again and left stopped. Absent where all did. */
  readonly stopped?: readonly string[]
  /**
   * Those that run although the service, in whose network or processes they live, does not: they run again once it does.
   * Absent where there are none.
   */
  readonly cutOff?: readonly string[]
  /** Whether its instances can be exchanged one by one, beside each other; all at once otherwise. */
  readonly isDivisible: boolean
  /** What Compose makes of files and environment, which has to be so still when it acts; null once we edit a file. */
  readonly hash: string | null
}
