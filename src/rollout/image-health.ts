/** What an image itself says of a health check. Durations in milliseconds; 0 for what it leaves to the engine. */
export interface ImageHealth {
  readonly hasCheck: boolean
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly startPeriodMs: number
  readonly retries: number
}
