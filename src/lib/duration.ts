const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

const units = Object.entries(unitMs).toReversed()

/** Ten years: what is longer was meant otherwise, and sums with the clock stay exact. */
const longestMs = 315_576_000_000

/** Either the duration in milliseconds, or what is wrong with the text, as a sentence without its subject. */
export type Duration = { readonly ms: number } | { readonly problem: string }

/** Ends of a range of milliseconds, both allowed. */
export interface DurationRange {
  readonly minMs: number
  readonly maxMs: number
}

/** Reads `30s`, `5m`, `1h`, `2d`, `1w` or `500ms`: one whole number and one unit, nothing between. */
export function parseDuration(text: string, range: DurationRange = { minMs: 0, maxMs: longestMs }): Duration {
  const [, digits, unit] = /^(\d+)([a-zA-Z]*)$/.exec(text) ?? []
  if (digits === undefined) return { problem: 'must be a whole number with a unit: 30s, 5m, 1h or 2d' }
  if (unit === '') return { problem: 'needs a unit: 30s, 5m, 1h or 2d' }
  const factor = units.find(([name]) => name === unit)?.[1]
  if (factor === undefined) return { problem: 'must end in one of the units ms, s, m, h, d and w' }
  const ms = Number(digits) * factor
  if (ms < range.minMs) return { problem: `must be at least ${formatDuration(range.minMs)}` }
  if (ms > range.maxMs) return { problem: `must be at most ${formatDuration(range.maxMs)}` }
  return { ms }
}

/** Writes whole milliseconds in the largest unit that loses nothing: 90000 is `90s`, 300000 is `5m`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  const [unit, factor] = units.find(([, size]) => ms % size === 0) ?? ['ms', 1]
  return `${ms / factor}${unit}`
}
