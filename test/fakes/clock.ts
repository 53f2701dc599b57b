import type { Clock } from '../../src/lib/clock.ts'

/** A clock that only moves when somebody sleeps on it. */
export function startFakeClock(startMs = Date.parse('2026-11-20T12:00:00Z')): Clock & { advance(ms: number): void } {
  let nowMs = startMs
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms
    },
    advance: (ms) => {
      nowMs += ms
    },
  }
}
