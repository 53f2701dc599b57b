import type { Clock } from '../../lib/clock.ts'

/** What one loop says of itself. */
export interface Pulse {
  /** A turn begins. */
  work(): void
  /** The turn is over; the next begins in `ms` at the latest. */
  rest(ms: number): void
  /** The loop has ended as it was asked to. */
  end(): void
}

/** Tells whether the loops of this process still turn. */
export interface Liveness {
  /** Watches over one more loop, which counts as at work. Names may repeat: each call is a loop of its own. */
  watch(name: string): Pulse
  /** Names of the loops that should have gone on long ago; empty while all is well. */
  late(): readonly string[]
}

/** A turn waits only for answers of the target, each of which has a limit of a minute or less. */
const turnMaxMs = 5 * 60_000

/** How long after its time a busy machine may let a turn begin. */
const graceMs = 60_000

export function createLiveness(clock: Pick<Clock, 'elapsed'>): Liveness {
  const loops = new Set<{ readonly name: string; until: number }>()
  return {
    watch(name) {
      const loop = { name, until: clock.elapsed() + turnMaxMs }
      loops.add(loop)
      return {
        work: () => void (loop.until = clock.elapsed() + turnMaxMs),
        rest: (ms) => void (loop.until = clock.elapsed() + ms + graceMs),
        end: () => void loops.delete(loop),
      }
    },
    late: () => [...loops].filter(({ until }) => until < clock.elapsed()).map(({ name }) => name),
  }
}
