import type { Clock } from '../../src/lib/clock.ts'

/** A clock that only moves when somebody sleeps on it. */
export function startFakeClock(
  startMs = Date.parse('2026-11-20T12:00:00Z'),
): Clock & { advance(ms: number): void; set(ms: number): void } {
  let elapsedMs = 0
  let offsetMs = startMs
  return {
    now: () => offsetMs + elapsedMs,
    elapsed: () => elapsedMs,
    sleep: async (ms) => {
      elapsedMs += ms
    },
    advance: (ms) => {
      elapsedMs += ms
    },
    /** Somebody sets the clock, which is not time that passes. */
    set: (ms) => {
      offsetMs = ms - elapsedMs
    },
  }
}

/** A clock on which time passes only when a test lets it: what sleeps, sleeps until then. */
export function startManualClock(startMs = Date.parse('2026-11-20T12:00:00Z')) {
  const clock = startFakeClock(startMs)
  const sleepers = new Set<{ readonly until: number; wake(): void }>()
  return {
    ...clock,
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal.aborted) return resolve()
        const sleeper = {
          until: clock.elapsed() + ms,
          wake: () => {
            sleepers.delete(sleeper)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal.addEventListener('abort', sleeper.wake, { once: true })
      }),
    /** Lets time pass, second by second, and what it wakes have its turn. */
    async pass(ms: number): Promise<void> {
      for (let left = ms; ; left -= 1000) {
        for (const each of sleepers) if (each.until <= clock.elapsed()) each.wake()
        await settled()
        if (left <= 0) return
        clock.advance(Math.min(left, 1000))
      }
    },
  }
}

/** Everything that waits for nothing but its turn has had it. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve))
}
