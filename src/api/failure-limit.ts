import type { Clock } from '../lib/clock.ts'
import { networkOf } from '../lib/ip-address.ts'

/** Counts failed sign-ins by address. Whoever signs in is never held up by it. */
export interface FailureLimit {
  /** Counts one more. @returns how many there are in this window, and milliseconds until it is over */
  count(address: string): { readonly failures: number; readonly restMs: number }
  /** How many addresses are remembered. */
  readonly size: number
}

const windowMs = 60_000

/** Addresses that are remembered at most; at least half as many of the latest are. */
const addressesMax = 10_000

interface Window {
  failures: number
  readonly endsAt: number
}

export function createFailureLimit(clock: Pick<Clock, 'elapsed'>): FailureLimit {
  // Two halves, of which the older is forgotten as a whole: to look for the oldest each time takes long in a large map.
  let older = new Map<string, Window>()
  let newer = new Map<string, Window>()

  const begin = (key: string, now: number): Window => {
    if (newer.size >= addressesMax / 2) {
      older = newer
      newer = new Map()
    }
    const window = { failures: 0, endsAt: now + windowMs }
    older.delete(key)
    newer.set(key, window)
    return window
  }

  return {
    get size() {
      return older.size + newer.size
    },
    count(address) {
      const now = clock.elapsed()
      const key = networkOf(address)
      const known = newer.get(key) ?? older.get(key)
      const current = known === undefined || known.endsAt <= now ? begin(key, now) : known
      current.failures += 1
      return { failures: current.failures, restMs: current.endsAt - now }
    },
  }
}
