import { RE2JS } from 're2js'
import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import { globToRegex } from './glob.ts'

/** A glob or a regex of `include` or `exclude`, ready to match. */
export interface Pattern {
  readonly isRegex: boolean
  /** Names and numbers of the groups of a regex; empty for a glob. */
  readonly groups: ReadonlySet<string>
  matches(tag: string): boolean
  /** The texts of the groups by name and number, `0` for all; null when it does not match. */
  groupsOf(tag: string): ReadonlyMap<string, string> | null
  /** Forgets what matching has kept, which a pattern that is made to be slow lets grow. */
  reset(): void
}

/** Longer ones cost more to build than any list of tags is worth. */
const lengthMax = 1000
const sizeMax = 5000

/**
 * Reads one entry: a regex between slashes, RE2's and searched anywhere, or a glob, which matches whole tags.
 * RE2 takes time in proportion to the tag whatever the pattern.
 *
 * @param key where it stands, for messages: `include[0]`
 * @throws POLICY_INVALID
 */
export function readPattern(text: string, key: string): Pattern {
  const isRegex = text.startsWith('/')
  if (text.length > lengthMax) throw wrong(key, text.slice(0, 40), `must have at most ${lengthMax} characters`)
  if (isRegex && (text.length < 3 || !text.endsWith('/'))) throw wrong(key, text, 'needs a / at both ends of its regex')
  const compiled = () => compile(text, key, isRegex)
  let regex = compiled()
  return {
    isRegex,
    groups: new Set([...Array(regex.groupCount() + 1).keys()].map(String).concat(Object.keys(regex.namedGroups()))),
    matches: (tag) => regex.test(tag),
    groupsOf(tag) {
      const matcher = regex.matcher(tag)
      if (!matcher.find()) return null
      const numbers = Array.from(
        { length: regex.groupCount() + 1 },
        (_, at) => [String(at), matcher.group(at) ?? ''] as const,
      )
      const names = Object.keys(regex.namedGroups()).map((name) => [name, matcher.group(name) ?? ''] as const)
      return new Map([...numbers, ...names])
    },
    reset: () => (regex = compiled()),
  }
}

function compile(text: string, key: string, isRegex: boolean): RE2JS {
  const glob = isRegex ? { regex: text.slice(1, -1) } : globToRegex(text)
  if ('problem' in glob) throw wrong(key, text, glob.problem)
  try {
    const regex = RE2JS.compile(glob.regex, isRegex ? 0 : RE2JS.DOTALL)
    if (regex.programSize() <= sizeMax) return regex
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw wrong(key, text, `is no ${isRegex ? 'regex that RE2 knows' : 'glob'}: ${why}`, error)
  }
  throw wrong(key, text, 'is too large a pattern')
}

const wrong = (key: string, text: string, problem: string, cause?: unknown): AppError =>
  new AppError('POLICY_INVALID', `${key}: ${quote(text)} ${problem}`, { cause })
