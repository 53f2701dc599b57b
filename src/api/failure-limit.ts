import { isIPv6 } from 'node:net'
import type { Clock } from '../lib/clock.ts'

/** Counts failed sign-ins by address. Whoever signs in is never held up by it. */
export interface FailureLimit {
  /** Counts one more. @returns how many there are in this window, and milliseconds until it is over */
  count(address: string): { readonly failures: number; readonly restMs: number }
}

const windowMs = 60_000

/** Addresses that are remembered; of more, the one that began first is forgotten. */
const addressesMax = 10_000

export function createFailureLimit(clock: Pick<Clock, 'elapsed'>): FailureLimit {
  const windows = new Map<string, { failures: number; readonly endsAt: number }>()
  return {
    count(address) {
      const now = clock.elapsed()
      const key = networkOf(address)
      const known = windows.get(key)
      const current = known === undefined || known.endsAt <= now ? { failures: 0, endsAt: now + windowMs } : known
      if (current !== known) {
        windows.delete(key)
        const [oldest] = windows.size >= addressesMax ? windows.keys() : []
        if (oldest !== undefined) windows.delete(oldest)
        windows.set(key, current)
      }
      current.failures += 1
      return { failures: current.failures, restMs: current.endsAt - now }
    },
  }
}

/** One customer has a whole /64 of IPv6; an IPv4 address may come in IPv6 clothes. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
