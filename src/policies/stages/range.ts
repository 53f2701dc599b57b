import { Range, type Comparator } from 'semver'
import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import { compareDigitLists } from '../../image/version/digits.ts'
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
  const alternatives = parse(text)
  return {
    namesPrerelease: /\d-[0-9A-Za-z]/.test(text.replaceAll(/\s-\s/g, ' ')),
    includes({ numbers, prerelease }) {
      const version = { numbers: numbers.slice(0, 3), prerelease }
      return alternatives.some((all) => all.every((one) => satisfies(version, one)))
    },
  }
}

/** One comparison with an end of the range. */
interface End {
  readonly operator: string
  readonly version: Precedence
}

function parse(text: string): readonly (readonly End[])[] {
  const spaced = text.replaceAll(',', ' ').trim()
  if (spaced === '') throw new AppError('POLICY_INVALID', 'range: is empty; write one such as ^1.2, or leave it out')
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
  const prerelease = semver.prerelease.map((each) => String(each).toLowerCase())
  return {
    operator: operator === '' ? '=' : operator,
    version: { numbers: [major, minor, patch].map(String), prerelease },
  }
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
