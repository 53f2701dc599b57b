import type { IncomingHttpHeaders } from 'node:http'

/** Without a hint from the registry. */
const defaultMs = 60_000
/** "Now" and times in the past still mean that we were too fast. */
const leastMs = 1000
/** After an hour it is worth asking again, whatever the registry said. */
const mostMs = 3_600_000

/**
 * How long a registry wants to be left alone, in milliseconds: `Retry-After` as seconds or date, Docker Hub's
 * `X-Retry-After` (seconds since 1970), or GHCR's text (`retry-after: 331.163µs, allowed: 44000/minute`).
 *
 * Assumed of GHCR: the body of its 429 says `retry-after:` with a duration in Go's notation.
 *
 * @param wallNow used when the answer has no `Date`, against which its dates are read
 */
export function retryAfterMs(headers: IncomingHttpHeaders, body: string, wallNow: number): number {
  const answeredAt = Date.parse(headers.date ?? '') || wallNow
  const plain = headers['retry-after']
  const epoch = headers['x-retry-after']
  const ms =
    (plain === undefined ? null : fromHeader(plain, answeredAt)) ??
    (typeof epoch === 'string' && /^\d{1,12}$/.test(epoch) ? Number(epoch) * 1000 - answeredAt : null) ??
    fromText(body) ??
    defaultMs
  return Math.min(Math.max(ms, leastMs), mostMs)
}

/** What is left of it where only the text of an answer came through, as an engine passes it on; null where it says nothing. */
export function retryAfterInText(text: string): number | null {
  const ms = fromText(text)
  return ms === null ? null : Math.min(Math.max(ms, leastMs), mostMs)
}

function fromHeader(value: string, answeredAt: number): number | null {
  if (/^\s*-?\d+(\.\d+)?\s*$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : date - answeredAt
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 3.6e6,
}

/** Go's notation of a duration, as in `1h2m3.5s`. */
function fromText(body: string): number | null {
  const written = /retry-after:\s*((?:\d{1,12}(?:\.\d{1,12})?(?:ns|us|µs|μs|ms|s|m|h)){1,6})/i.exec(body)?.[1]
  if (written === undefined) return null
  let ms = 0
  for (const [, amount, unit] of written.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/gi)) {
    ms += Number(amount) * (unitMs[unit?.toLowerCase() ?? ''] ?? 0)
  }
  return ms
}
