import { compareDigitLists, compareDigits, endOfNumber, isDigit, toDigits, type Digits } from './digits.ts'
import { isGluedPrerelease, noSuffix, readSuffix, type Suffix } from './suffix.ts'

/** A version as container tags write it: any count of numbers, any length. */
export interface Version extends Suffix {
  /** At least one. */
  readonly numbers: readonly Digits[]
  /** Whether a `v` stands in front. */
  readonly hasPrefix: boolean
  readonly form: VersionForm
}

/**
 * `year` begins with a year from 1990 to 2099; `date8` and its like with a date of so many digits; `long` with what is
 * rather a hash or a counter: more digits than six, or six alone; `plain` is everything else.
 */
export type VersionForm = 'plain' | 'year' | 'long' | `date${number}`

/** As linuxserver writes Ubuntu's release behind its versions: `10.10.3ubu2404-ls40`. */
const gluedRelease = /^ubu\d{4}(?=$|[-_])/

/**
 * Reads a tag as a version; null when it is none. Build metadata (`+...`) is left out, as it does not count in any order.
 * By character codes, since there are thousands to read.
 * @see docs/policies.md, "Reading a version"
 */
export function readVersion(text: string): Version | null {
  const hasPrefix = text[0] === 'v' || text[0] === 'V'
  const begin = hasPrefix ? 1 : 0
  const firstEnd = endOfNumber(text, begin)
  if (firstEnd === begin) return null
  const at = endOfNumbers(text, firstEnd)
  const numbers = readNumbers(text.slice(begin, at))
  const suffix = readRest(text, at)
  if (suffix === null || (numbers.length === 1 && isGlued(text, at) && hashInFront.test(text))) return null
  const { prerelease, counters, variant } = suffix
  const form = firstEnd - begin < dateMin ? 'plain' : formOf(text.slice(begin, firstEnd), numbers.length)
  return { numbers, hasPrefix, form, prerelease, counters, variant }
}

/** Where the numbers end, of which the first does so at `firstEnd`. */
function endOfNumbers(text: string, firstEnd: number): number {
  let at = firstEnd
  while (isDotted(text, at)) at = endOfNumber(text, at + 1)
  return at
}

const isDotted = (text: string, at: number): boolean => text.charCodeAt(at) === 46 && isDigit(text, at + 1)

/** Split rather than put together: a list that grows takes room for many, and thousands are kept. */
const readNumbers = (text: string): readonly Digits[] => text.split('.').map(toDigits)

/** `81b2345` is no eighty-first beta. */
const hashInFront = /^(?=\d*[a-f])[0-9a-f]{7,40}(?=$|[-_.+])/i

/** Whether letters follow the numbers without a separator. */
const isGlued = (text: string, at: number): boolean => at < text.length && !'-_+'.includes(text.charAt(at))

/** @param at where the numbers end; null where what follows belongs to no version */
function readRest(text: string, at: number): Suffix | null {
  const plus = text.indexOf('+', at)
  const end = plus === -1 ? text.length : plus
  if (at === end) return noSuffix
  const separator = text[at]
  if (separator === '-' || separator === '_')
    return at + 1 === end ? null : readSuffix(text.slice(at + 1, end), separator)
  const rest = text.slice(at, end)
  return isGluedPrerelease(rest) || gluedRelease.test(rest) ? readSuffix(rest, '') : null
}

/** Of fewer digits nothing is but a number. */
const dateMin = 4

/** @param first the first number as it is written, of which the zeros in front count here */
function formOf(first: string, count: number): VersionForm {
  if (/^0*(199\d|20\d\d)$/.test(first)) return 'year'
  if (first.length < 6) return 'plain'
  if (date.test(first)) return `date${first.length}`
  return first.length > 6 || count === 1 ? 'long' : 'plain'
}

/** `YYYYMMDD`, also with an hour, minute and second behind it; `YYYYMM`; `YYMMDD`. */
const date =
  /^(?:(?:199\d|20\d\d)(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12]\d|3[01])(?:\d\d){0,3})?|\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))$/

/** Orders by numbers, then as SemVer 2.0 orders prereleases. */
export function comparePrecedence(a: Precedence, b: Precedence): number {
  return compareDigitLists(a.numbers, b.numbers, '0') || comparePrereleases(a.prerelease, b.prerelease)
}

/** What of a version ranges read. */
export type Precedence = Pick<Version, 'numbers' | 'prerelease'>

/** A final comes after its prereleases; identifiers as in SemVer 2.0, clause 11. */
function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length)
  const length = Math.max(a.length, b.length)
  for (let at = 0; at < length; at += 1) {
    const order = compareIdentifiers(a[at], b[at])
    if (order !== 0) return order
  }
  return 0
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1
  const isNumber = [/^\d/.test(a), /^\d/.test(b)]
  if (isNumber[0] && isNumber[1]) return compareDigits(a, b)
  if (isNumber[0] !== isNumber[1]) return isNumber[0] ? -1 : 1
  return a < b ? -1 : 1
}
