import type { IncomingHttpHeaders } from 'node:http'

/** What time it is at hosts, by the date of their answers. */
export interface Clocks {
  observe(host: string, headers: IncomingHttpHeaders): void
  /** How far the clock there is ahead of ours, in milliseconds, to the second; null when it never told. */
  aheadMs(host: string): number | null
}

/** Redirects may name any number of hosts. */
const hostsMax = 1000

/** Knows of no host so far. @param wallNow milliseconds since 1970 */
export function createClocks({ wallNow }: { wallNow(): number }): Clocks {
  const ahead = new Map<string, number>()
  return {
    observe(host, { date = '', age = '' }) {
      const told = Date.parse(date)
      if (Number.isNaN(told)) return
      // A cache in between keeps the date of the first answer, and says how long ago that was.
      const sinceMs = /^\d{1,9}$/.test(age) ? Number(age) * 1000 : 0
      if (ahead.size >= hostsMax && !ahead.has(host)) ahead.clear()
      ahead.set(host, told + sinceMs - wallNow())
    },
    aheadMs: (host) => ahead.get(host) ?? null,
  }
}
