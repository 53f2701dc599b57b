/** Up to where a number is one of seconds: in milliseconds it would be a moment of 1970. */
const secondsMax = 100_000_000_000

/** Nothing that we were told can be of before anybody told us, nor of a year with more than four digits. */
const [earliest, latest] = [Date.parse('2000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59Z')]

/**
 * When something happened by its sender's clock: seconds or milliseconds since the epoch, or ISO 8601 with its offset.
 * For people only; nothing is put in order by it.
 *
 * @returns milliseconds since the epoch; null when it is no time
 */
export function readSenderTime(said: unknown): number | null {
  const ms = typeof said === 'number' ? (said < secondsMax ? said * 1000 : said) : readText(said)
  return ms >= earliest && ms <= latest ? Math.round(ms) : null
}

/** Without its offset it would be read by our own place on earth. */
const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i

const readText = (said: unknown): number => (typeof said === 'string' && pattern.test(said) ? Date.parse(said) : NaN)
