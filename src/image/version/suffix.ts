import { isCommit, isSeparator, withoutCommits } from './commit.ts'
import { isDigit, startOfNumberBefore, toDigits, type Digits } from './digits.ts'

/** What stands behind the numbers of a version, told apart (docs/policies.md, "Reading a version"). */
export interface Suffix {
  /** Identifiers in lower case, numbers without leading zeros: `rc.1` and `RC1` are both `['rc', '1']`. Empty for a final. */
  readonly prerelease: readonly string[]
  /** What counts builds of the same version, the weightiest first: `-r7-ls250` is `['7', '250']`. */
  readonly counters: readonly Digits[]
  /** The rest in lower case: `alpine3.20`; empty for none. */
  readonly variant: string
}

export const noSuffix: Suffix = { prerelease: [], counters: [], variant: '' }

const words = 'alpha|beta|a|b|rc|cr|pre|preview|m|milestone|dev|snapshot|nightly|canary|next|edge|ea|test'
/** Of 7 to 40 digits and letters from a to f, one of them behind a digit: `a1b2c3d` is no alpha, but `b20240101` is a beta. */
const noHash = '(?!(?=[a-f]*\\d+[a-f])[0-9a-f]{7,40}(?:$|[-_.]))'
/** What is glued to its number belongs to it: `beta4b`. */
const firstWord = new RegExp(`^${noHash}(${words})(?:(\\d+)([^-_.]*))?(?=$|[-_.])`)
/** SemVer parts identifiers by dots, so that `alpha.beta` is one prerelease. */
const nextPart = new RegExp(`^(?:[-_.](\\d+)|\\.${noHash}(${words})(\\d+)?)(?=$|[-_.])`)
const gluedWord = new RegExp(`^${noHash}(?:${words})\\d+(?=$|[-_.])`)

/** Whether text that follows the numbers without a separator is a prerelease: `rc1`, `a4-slim`. */
export const isGluedPrerelease = (text: string): boolean => gluedWord.test(text.toLowerCase())

/** @param separator what parted it from the numbers; empty when nothing did */
export function readSuffix(text: string, separator: '-' | '_' | ''): Suffix {
  const { prerelease, rest } = readPrerelease(text.toLowerCase())
  const { counters, variant } = readBuild(rest, separator === '_' && prerelease.length === 0)
  return { prerelease, counters, variant }
}

function readPrerelease(text: string): { readonly prerelease: readonly string[]; readonly rest: string } {
  const first = isDigit(text, 0) ? null : firstWord.exec(text)
  if (first === null) return { prerelease: noSuffix.prerelease, rest: text }
  const [head, word = '', number, glued = ''] = first
  const prerelease = [word, ...(number === undefined ? [] : [toDigits(number)]), ...(glued === '' ? [] : [glued])]
  let rest = text.slice(head.length)
  for (let part = nextPart.exec(rest); part !== null; part = nextPart.exec(rest)) {
    prerelease.push(
      ...part
        .slice(1)
        .filter((each) => each !== undefined)
        .map(identifier),
    )
    rest = rest.slice(part[0].length)
  }
  return { prerelease, rest: rest.replace(/^[-_.]/, '') }
}

const identifier = (text: string): string => (/^\d/.test(text) ? toDigits(text) : text)

const counterWords = ['ls', 'rev', 'r', 'build', 'p']
/** No more is looked at, so that each of many counters costs the same. */
const counterWordMax = 'build'.length
const digit = /\d/
/** `21.0.2_13-jdk`, as eclipse-temurin writes the build of its version. */
const counterInFront = /^(\d+)(?=-)/
function readBuild(text: string, isBuildInFront: boolean): Pick<Suffix, 'counters' | 'variant'> {
  // Most have no digit, and there are thousands to read.
  if (!digit.test(text)) return { counters: noSuffix.counters, variant: text }
  let counters = noSuffix.counters
  let end = text.length
  for (let digits = counterBefore(text, end); digits !== -1; digits = counterBefore(text, end)) {
    counters = [toDigits(text.slice(digits, end)), ...counters]
    end = Math.max(0, wordBefore(text, digits) - 1)
  }
  const rest = withoutCommits(text, end)
  const front = isBuildInFront ? counterInFront.exec(rest)?.[1] : undefined
  if (front === undefined) return { counters, variant: rest }
  return { counters: [toDigits(front), ...counters], variant: rest.slice(front.length + 1) }
}

/** Where the digits of the counter begin that ends at a place; -1 where none does. A commit is no counter. */
function counterBefore(text: string, end: number): number {
  const digits = startOfNumberBefore(text, end)
  if (digits === end) return -1
  const isPart = digits === 0 || isSeparator(text, digits - 1)
  return (isPart && isCommit(text, digits, end)) || wordBefore(text, digits) === -1 ? -1 : digits
}

/** Where the word of a counter begins; -1 where it has none, though a number that is the whole text needs none. */
function wordBefore(text: string, digits: number): number {
  if (digits === 0) return 0
  const end = isSeparator(text, digits - 1) ? digits - 1 : digits
  let word = end
  while (word > 0 && end - word <= counterWordMax && !isSeparator(text, word - 1)) word -= 1
  for (const each of counterWords) if (each.length === end - word && text.startsWith(each, word)) return word
  return -1
}
