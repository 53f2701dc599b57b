import { compareDigitLists, compareDigits, toDigits, type Digits } from './digits.ts'
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
 * `year` begins with a year from 1990 to 2099; `long` with what is rather a date or a hash, or is a single number of six
 * or more digits; `plain` is everything else.
 */
export type VersionForm = 'plain' | 'year' | 'long'

const shape = /^([vV])?(\d+(?:\.\d+)*)([-_])?(.*)$/s
/** As linuxserver writes Ubuntu's release behind its versions: `10.10.3ubu2404-ls40`. */
const gluedRelease = /^ubu\d{4}(?=$|[-_])/

/**
 * Reads a tag as a version; null when it is none. Build metadata (`+...`) is left out, as it does not count in any order.
 * @see docs/policies.md, "Reading a version"
 */
export function readVersion(text: string): Version | null {
  const plus = text.indexOf('+')
  const match = shape.exec(plus === -1 ? text : text.slice(0, plus))
  if (match === null) return null
  const [, prefix, written = '', separator = '', rest = ''] = match
  const suffix = readRest(rest, separator)
  if (suffix === null) return null
  const numbers = written.split('.')
  return { ...suffix, numbers: numbers.map(toDigits), hasPrefix: prefix !== undefined, form: formOf(numbers) }
}

function readRest(rest: string, separator: string): Suffix | null {
  if (separator === '-' || separator === '_') return rest === '' ? null : readSuffix(rest, separator)
  if (rest === '') return noSuffix
  return isGluedPrerelease(rest) || gluedRelease.test(rest) ? readSuffix(rest, '') : null
}

function formOf(numbers: readonly string[]): VersionForm {
  const [first = ''] = numbers
  if (/^(199\d|20\d\d)$/.test(first)) return 'year'
  if (first.length > 6 || (first.length === 6 && (numbers.length === 1 || isShortDate(first)))) return 'long'
  return 'plain'
}

/** `YYMMDD` or `YYYYMM`. */
const isShortDate = (text: string): boolean =>
  /^\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(text) || /^(199\d|20\d\d)(0[1-9]|1[0-2])$/.test(text)

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
