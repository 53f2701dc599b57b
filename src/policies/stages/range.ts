import type { Comparator } from 'semver'
// The whole package is forty files more.
import Range from 'semver/classes/range.js'
import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import { compareDigitLists, toDigits } from '../../image/version/digits.ts'
import { readSuffix } from '../../image/version/suffix.ts'
import { comparePrecedence, type Precedence } from '../../image/version/version.ts'

/** A range of versions, which reads their first three numbers. */
export interface VersionRange {
  /** Whether it names a prerelease itself, and so is about prereleases. */
  readonly namesPrerelease: boolean
  includes(version: Precedence): boolean
}

/**
 * Reads npm's range grammar, with commas read as "and". Npm's own test of a version is not used: it refuses numbers
 * above 2^53 and versions of other than three numbers.
 *
 * @throws POLICY_INVALID
 * @see node-semver README, "Ranges"
 */
export function readRange(text: string): VersionRange {
  if (text.length > lengthMax)
    throw new AppError('POLICY_INVALID', `range: ${quote(text.slice(0, 40))} must have at most ${lengthMax} characters`)
  const prereleases = readPrereleases(text)
  const alternatives = parse(text)
  return {
    // The usual exclusive end, <2.0.0-0, is about what is left out.
    namesPrerelease: prereleases.some((each) => each !== '<0'),
    includes({ numbers, prerelease }) {
      const version = { numbers: numbers.slice(0, 3), prerelease }
      return alternatives.some((all) => all.every((one) => satisfies(version, one)))
    },
  }
}

/** Each version is compared with every part of it. */
const lengthMax = 1000

/** A version with a text behind it, as in `<2.0.0-0`. */
const withText = /([<>=~^]*)\s*(v?[\dxX*]+(?:\.[\dxX*]+)*)-([0-9A-Za-z.-]+)/g

/**
 * The prereleases that a range names, each behind its operator. `0` is npm's word for the very first.
 * @throws POLICY_INVALID for what is no prerelease in a tag, and so is no matter of ranges
 */
function readPrereleases(range: string): readonly string[] {
  return [...range.matchAll(withText)].map(([whole, operator = '', version = '', text = '']) => {
    const { prerelease, variant, counters } = readSuffix(text, '-')
    const isNone = text !== '0' && (prerelease.length === 0 || variant !== '' || counters.length > 0)
    const write = (instead: string) =>
      new AppError('POLICY_INVALID', `range: ${quote(range)} has ${quote(whole.trim())}; write ${instead}`)
    if (isNone && operator === '' && /^\d+(\.\d+)+$/.test(text))
      throw write(`${version} - ${text}, with blanks around the dash`)
    if (isNone) {
      const words = prerelease.length === 0 ? '' : `-${prerelease.join('.')}`
      const what = variant === '' ? 'a build counter' : 'a variant'
      throw write(
        `${operator}${version}${words}, since -${text} names ${what}; the key variant keeps tags to that of the current tag`,
      )
    }
    if (!/^v?\d+\.\d+\.\d+$/.test(version))
      throw write(`three numbers in front of a prerelease, or ${operator}${version} and the key prerelease: any`)
    return operator + text
  })
}

/** One comparison with an end of the range. */
interface End {
  readonly operator: string
  readonly version: Precedence
}

function parse(text: string): readonly (readonly End[])[] {
  const spaced = text.replaceAll(',', ' ').trim()
  if (spaced === '') throw new AppError('POLICY_INVALID', 'range: is empty; write one such as ^1.2, or leave it out')
  // Npm takes nothing for everything, and nobody who wrote "1.x ||" meant that.
  if (spaced.split('||').some((each) => each.trim() === ''))
    throw new AppError('POLICY_INVALID', `range: ${quote(text)} has nothing on one side of its ||`)
  try {
    return new Range(spaced, { includePrerelease: true }).set.map((all) => all.map(toEnd))
  } catch (error) {
    throw new AppError('POLICY_INVALID', `range: ${quote(text)} is no range; write one such as ^1.2 or >=1.2 <2`, {
      cause: error,
    })
  }
}

/** What npm makes of `*` has no version and no operator, and is met by all. */
const everything: End = { operator: 'any', version: { numbers: [], prerelease: [] } }

function toEnd({ operator, semver, value }: Comparator): End {
  if (value === '') return everything
  const { major, minor, patch } = semver
  const prerelease = semver.prerelease.flatMap((each) => asTagsHaveIt(String(each).toLowerCase()))
  return {
    operator: operator === '' ? '=' : operator,
    version: { numbers: [major, minor, patch].map(String), prerelease },
  }
}

/** Tags glue numbers to their words, and those are read apart: `rc9` is before `rc10`. */
function asTagsHaveIt(identifier: string): readonly string[] {
  const [, word, number] = /^([a-z]+)(\d+)$/.exec(identifier) ?? []
  return word === undefined || number === undefined ? [identifier] : [word, toDigits(number)]
}

function satisfies(version: Precedence, { operator, version: end }: End): boolean {
  if (operator === 'any') return true
  const order = comparePrecedence(version, end)
  switch (operator) {
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case '<':
      // 2.0.0-rc.1 comes before 2.0.0, and nobody who wrote <2 meant it.
      return order < 0 && !(end.prerelease.length === 0 && isPrereleaseOf(version, end))
    case '<=':
      return order <= 0
    default:
      return order === 0
  }
}

const isPrereleaseOf = ({ numbers, prerelease }: Precedence, of: Precedence): boolean =>
  prerelease.length > 0 && compareDigitLists(numbers, of.numbers, '0') === 0
