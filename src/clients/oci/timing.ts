import { systemClock } from '../../lib/clock.ts'

/** Time and chance, handed in so that tests own them. */
export interface Timing {
  /** Monotonic milliseconds: pauses and token lives must not follow a clock that is set. */
  now(): number
  /** Milliseconds since 1970, for dates that a registry names. */
  wallNow(): number
  /** From 0 to below 1. */
  random(): number
  /** Resolves after `ms`, or at once when the signal fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** Those of this machine. */
export const systemTiming: Timing = {
  now: () => performance.now(),
  wallNow: () => systemClock.now(),
  random: () => Math.random(),
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
}
