import type { Clock } from '../../lib/clock.ts'

/** Lets a sleeping loop be woken. */
export interface Wake {
  ring(): void
  /** Resolves after `ms`, or soon after a ring, also one from before; never rejects. */
  wait(ms: number, stop: AbortSignal): Promise<void>
}

/** Rings within this time wake once: one `docker run` makes several events. */
const settleMs = 200

export function createWake(clock: Clock): Wake {
  let bell = new AbortController()
  return {
    ring: () => bell.abort(),
    async wait(ms, stop) {
      await clock.sleep(ms, AbortSignal.any([stop, bell.signal]))
      if (bell.signal.aborted) await clock.sleep(settleMs, stop)
      // Rings up to here are answered by the look that follows.
      bell = new AbortController()
    },
  }
}
