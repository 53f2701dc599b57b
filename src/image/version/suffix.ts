import { toDigits, type Digits } from './digits.ts'

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
const firstWord = new RegExp(`^(${words})(\\d+)?(?=$|[-_.])`)
/** SemVer parts identifiers by dots, so that `alpha.beta` is one prerelease. */
const nextPart = new RegExp(`^(?:[-_.](\\d+)|\\.(${words})(\\d+)?)(?=$|[-_.])`)
const gluedWord = new RegExp(`^(?:${words})\\d+(?=$|[-_.])`)

/** Whether text that follows the numbers without a separator is a prerelease: `rc1`, `a4-slim`. */
export const isGluedPrerelease = (text: string): boolean => gluedWord.test(text.toLowerCase())

/** @param separator what parted it from the numbers; empty when nothing did */
export function readSuffix(text: string, separator: '-' | '_' | ''): Suffix {
  const { prerelease, rest } = readPrerelease(text.toLowerCase())
  return { prerelease, ...readBuild(rest, separator === '_' && prerelease.length === 0) }
}

function readPrerelease(text: string): { readonly prerelease: readonly string[]; readonly rest: string } {
  const first = firstWord.exec(text)
  if (first === null) return { prerelease: [], rest: text }
  const [head, word = '', number] = first
  const prerelease = [word, ...(number === undefined ? [] : [toDigits(number)])]
  let rest = text.slice(head.length)
  for (let part = nextPart.exec(rest); part !== null; part = nextPart.exec(rest)) {
    if (prerelease.length >= identifiersMax) break
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

/** More than any tag has; one that was made to keep us busy is read as far as this. */
const identifiersMax = 12
const countersMax = 4

const identifier = (text: string): string => (/^\d/.test(text) ? toDigits(text) : text)

const counterAtEnd = /(?:^|[-_.])(?:ls|rev|r|build|p)[-_.]?(\d+)$/
const digit = /\d/
const wholeNumber = /^\d+$/
/** `21.0.2_13-jdk`, as eclipse-temurin writes the build of its version. */
const counterInFront = /^(\d+)(?=-)/
/** `1.40.0.7998-c29d4c0c8`, as linuxserver/plex writes the commit of its version: another with each, and no other variant. */
const commit = /(^|[-_.])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{7,40}(?=$|[-_.])/g

function readBuild(text: string, isBuildInFront: boolean): Pick<Suffix, 'counters' | 'variant'> {
  // Most have no digit, and there are thousands to read.
  if (!digit.test(text)) return { counters: [], variant: text }
  const counters: Digits[] = []
  let rest = text.replace(commit, '$1<commit>')
  while (rest !== '' && counters.length < countersMax) {
    const number = wholeNumber.test(rest) ? rest : counterAtEnd.exec(rest)?.[1]
    if (number === undefined) break
    counters.unshift(toDigits(number))
    rest = number === rest ? '' : rest.replace(counterAtEnd, '')
  }
  const front = isBuildInFront ? counterInFront.exec(rest)?.[1] : undefined
  if (front === undefined) return { counters, variant: rest }
  return { counters: [toDigits(front), ...counters], variant: rest.slice(front.length + 1) }
}
