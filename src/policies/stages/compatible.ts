import { compareDigitLists, toDigits } from '../../image/version/digits.ts'
import { comparePrecedence, type Version } from '../../image/version/version.ts'
import type { PolicySpec } from '../policy.ts'
import { drop, type Dropped } from './dropped.ts'

/** What of a version its text decides on, besides its place in the order. */
type Rules = Pick<PolicySpec, 'variant' | 'prerelease' | 'precision' | 'vPrefix'>

/**
 * Whether a version may follow the current one by its variant, prerelease, counters, precision and prefix, in that order.
 * Without a current one the rules that compare with it do not apply, and `same` and `shape` mean no variant.
 */
export function compatible(rules: Rules, version: Version, current: Version | null): Dropped | null {
  for (const rule of [variantOf, prereleaseOf, counterOf, precisionOf, prefixOf]) {
    const found = rule(rules, version, current)
    if (found !== null) return found
  }
  return null
}

function variantOf({ variant }: Rules, version: Version, current: Version | null): Dropped | null {
  if (variant === 'ignore') return null
  const wanted = current?.variant ?? ''
  if (version.variant === wanted) return null
  if (variant === 'shape' && shapeOf(version.variant) === shapeOf(wanted)) return null
  return drop('other-variant', `its variant is ${nameOf(version.variant)}, not ${nameOf(wanted)}`)
}

/** With the digits wild. */
const shapeOf = (variant: string): string => variant.replaceAll(/\d+/g, '0')

const nameOf = (variant: string): string => (variant === '' ? 'none' : variant)

function prereleaseOf({ prerelease }: Rules, version: Version, current: Version | null): Dropped | null {
  if (version.prerelease.length === 0 || prerelease === 'any') return null
  const what = `it is a prerelease (${version.prerelease.join('.')})`
  if (prerelease === 'never') return drop('prerelease', what)
  if (current === null || current.prerelease.length === 0)
    return drop('prerelease', `${what}, and the current tag is none`)
  if (compareDigitLists(version.numbers, current.numbers, '0') === 0) return null
  return drop('prerelease', `${what} of another version than the current one`)
}

function counterOf(_: Rules, version: Version, current: Version | null): Dropped | null {
  if (current === null) return null
  if (version.counters.length > 0 === current.counters.length > 0) return null
  const has = version.counters.length > 0
  return drop(
    'other-counter',
    has ? 'it has a build counter, and the current tag has none' : 'it lacks the build counter of the current tag',
  )
}

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
    (variant === 'shape' ? compareVariants(a.variant, b.variant) : 0) ||
    compareDigitLists(a.counters, b.counters, null)
  )
}

function compareVariants(a: string, b: string): number {
  if (a === b) return 0
  return compareDigitLists(numbersOf(a), numbersOf(b), null)
}

const numbersOf = (variant: string) => (variant.match(/\d+/g) ?? []).map(toDigits)

/** Of equal versions: more numbers first, then without the `v`. */
export function preferVersion(a: Version, b: Version): number {
  return a.numbers.length - b.numbers.length || Number(b.hasPrefix) - Number(a.hasPrefix)
}
