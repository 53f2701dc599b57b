import { compareDigitLists, compareNumbersWithin, endOfNumber, isDigit } from '../../image/version/digits.ts'
import { comparePrecedence, type Version } from '../../image/version/version.ts'
import type { PolicySpec } from '../policy.ts'
import { drop, type Dropped } from './dropped.ts'

/** What of a version its text decides on, besides its place in the order. */
type Rules = Pick<PolicySpec, 'variant' | 'prerelease' | 'precision' | 'vPrefix'>

/**
 * Whether a version may follow the current one by its variant, prerelease, counters, precision and prefix, in that order.
 * Without a current one, `same` and `shape` mean no variant, no counters are let through, and precision and prefix are
 * left open.
 */
export function compatible(rules: Rules, version: Version, current: Version | null): Dropped | null {
  return (
    variantOf(rules, version, current) ??
    prereleaseOf(rules, version, current) ??
    counterOf(version, current) ??
    precisionOf(rules, version, current) ??
    prefixOf(rules, version, current)
  )
}

function variantOf({ variant }: Rules, version: Version, current: Version | null): Dropped | null {
  if (variant === 'ignore') return null
  const wanted = current?.variant ?? ''
  if (version.variant === wanted) return null
  if (variant === 'shape' && hasShape(version.variant, wanted)) return null
  return drop('other-variant', `its variant is ${nameOf(version.variant)}, not ${nameOf(wanted)}`)
}

/** The key of a policy that would let a version through which is not compatible; null where none alone would. */
export function allowedBy(rules: Rules, version: Version, current: Version | null): string | null {
  const isShape = rules.variant === 'same' && compatible({ ...rules, variant: 'shape' }, version, current) === null
  return isShape ? 'variant: shape' : null
}

/** Whether two variants are equal with the digits wild. By character codes, since there are thousands to compare with one. */
function hasShape(variant: string, wanted: string): boolean {
  let [at, to] = [0, 0]
  while (at < variant.length && to < wanted.length) {
    const isNumber = isDigit(variant, at)
    if (isNumber !== isDigit(wanted, to) || (!isNumber && variant[at] !== wanted[to])) return false
    at = isNumber ? endOfNumber(variant, at) : at + 1
    to = isNumber ? endOfNumber(wanted, to) : to + 1
  }
  return at === variant.length && to === wanted.length
}

const nameOf = (variant: string): string => (variant === '' ? 'none' : variant)

function prereleaseOf({ prerelease }: Rules, version: Version, current: Version | null): Dropped | null {
  if (version.prerelease.length === 0 || prerelease === 'any') return null
  const what = `it is a prerelease (${version.prerelease.join('.')})`
  if (prerelease === 'never') return drop('prerelease', what)
  if (current === null || current.prerelease.length === 0)
    return drop('prerelease', `${what}, and the current tag is none`)
  if (compareDigitLists(patchOf(version), patchOf(current), '0') === 0) return null
  return drop('prerelease', `${what} of another version than the current one`)
}

/** What SemVer knows of the numbers: major, minor and patch. */
const patchOf = ({ numbers }: Version) => numbers.slice(0, 3)

function counterOf(version: Version, current: Version | null): Dropped | null {
  const has = version.counters.length > 0
  if (has === (current !== null && current.counters.length > 0)) return otherCounters(version, current)
  const why = current === null ? 'there is no current tag that has one' : 'the current tag has none'
  return drop(
    'other-counter',
    has ? `it has a build counter, and ${why}` : 'it lacks the build counter of the current tag',
  )
}

/** Of one version, a package's revision and an image's build (`-r4-ls53` and `-ls116`) cannot be compared. */
function otherCounters(version: Version, current: Version | null): Dropped | null {
  if (current === null || version.counters.length === current.counters.length) return null
  if (comparePrecedence(version, current) !== 0) return null
  return drop(
    'other-counter',
    `it is the same version with ${counters(version)}, and the current tag has ${counters(current)}`,
  )
}

const counters = ({ counters: { length } }: Version): string => (length === 1 ? '1 counter' : `${length} counters`)

function precisionOf({ precision }: Rules, version: Version, current: Version | null): Dropped | null {
  if (precision === 'any' || current === null || version.numbers.length === current.numbers.length) return null
  return drop('other-precision', `it has ${numbers(version)}, and the current tag has ${current.numbers.length}`)
}

const numbers = ({ numbers: { length } }: Version): string => (length === 1 ? '1 number' : `${length} numbers`)

function prefixOf({ vPrefix }: Rules, version: Version, current: Version | null): Dropped | null {
  if (vPrefix === 'any' || current === null || version.hasPrefix === current.hasPrefix) return null
  return drop(
    'other-prefix',
    version.hasPrefix ? 'it begins with a v, and the current tag does not' : 'it lacks the v of the current tag',
  )
}

/**
 * Orders by version, then the variants of one shape by their numbers, since counters begin anew with each
 * (`debian-11-r99` is older than `debian-12-r0`), then by counters.
 */
export function compareTags(variant: PolicySpec['variant'], a: Version, b: Version): number {
  return (
    comparePrecedence(a, b) ||
    (variant === 'shape' ? compareNumbersWithin(a.variant, b.variant) : 0) ||
    compareDigitLists(a.counters, b.counters, null)
  )
}

export const notNewerVersion = {
  equal: 'it is the current version under another name',
  below: 'it is below the current tag',
} as const

/** Of equal versions: more numbers first, then without the `v`. */
export function preferVersion(a: Version, b: Version): number {
  return a.numbers.length - b.numbers.length || Number(b.hasPrefix) - Number(a.hasPrefix)
}
