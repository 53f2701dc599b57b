import type { Clock } from '../../lib/clock.ts'

/** Whether something is to be told that may happen any number of times; asking for it counts as telling it. */
export type NowAndThen = (what: string) => boolean

const silenceMs = 3_600_000

/** At once, and then once an hour at most: a sender that is set up wrongly must not fill the log. */
export function createNowAndThen(clock: Pick<Clock, 'elapsed'>): NowAndThen {
  const toldAt = new Map<string, number>()
  return (what) => {
    const now = clock.elapsed()
    if (now - (toldAt.get(what) ?? -Infinity) < silenceMs) return false
    toldAt.set(what, now)
    return true
  }
}
