import { RE2JS } from 're2js'
import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import { withAsciiClasses } from './ascii-classes.ts'
import { globToRegex } from './glob.ts'
import { shapeOf } from './regex-shape.ts'

/** A glob or a regex of `include` or `exclude`, ready to match. */
export interface Pattern {
  readonly isRegex: boolean
  /** Names and numbers of the groups of a regex; empty for a glob. */
  readonly groups: ReadonlySet<string>
  /** Instructions that it is made of: what matching takes grows with it, and with each group where those are asked for. */
  readonly size: number
  /** Whether a match takes so little that the size does not matter. */
  readonly isPlain: boolean
  matches(tag: string): boolean
  /** Tells the text of a group by its name or number, `0` for all; empty for one that took no part. Null without a match. */
  groupsOf(tag: string): ((group: string) => string) | null
  /** Forgets what matching has kept, which a pattern that is made to be slow lets grow. */
  reset(): void
}

/** Longer ones cost more to build than any list of tags is worth. */
const lengthMax = 1000
const sizeMax = 5000
/** Of what is foreseen: RE2 makes less of some patterns. */
const foreseenMax = 4 * sizeMax

/**
 * Reads one entry: a regex between slashes, RE2's and searched anywhere, or a glob, which matches whole tags.
 * RE2 takes time in proportion to the tag whatever the pattern; what `RegExp` does as well and in bounded time is left to
 * that, which takes a tenth.
 *
 * @param key where it stands, for messages: `include[0]`
 * @throws POLICY_INVALID
 */
export function readPattern(text: string, key: string): Pattern {
  const isRegex = text.startsWith('/')
  if (text.length > lengthMax) throw wrong(key, text.slice(0, 40), `must have at most ${lengthMax} characters`)
  if (isRegex && (text.length < 3 || !text.endsWith('/'))) throw wrong(key, text, 'needs a / at both ends of its regex')
  if (/\P{ASCII}/u.test(text) || beyondAscii.test(text)) {
    throw wrong(
      key,
      text.slice(0, 40),
      'names characters that no tag has; write those that it may have, as in [A-Za-z]',
    )
  }
  const source = isRegex ? { regex: withAsciiClasses(text.slice(1, -1)) } : globToRegex(text)
  if ('problem' in source) throw wrong(key, text, source.problem)
  const shape = shapeOf(source.regex)
  if (shape.size > foreseenMax) throw wrong(key, text, 'is too large a pattern')
  const compiled = () => compile(source.regex, text, key, isRegex)
  let regex = compiled()
  const plain = shape.plain === null ? null : new RegExp(shape.plain)
  return {
    isRegex,
    size: regex.programSize(),
    isPlain: plain !== null,
    groups: new Set([...Array(regex.groupCount() + 1).keys()].map(String).concat(Object.keys(regex.namedGroups()))),
    matches: (tag) => (plain !== null && isPrintable(tag) ? plain.test(tag) : regex.test(tag)),
    groupsOf: (tag) => (plain !== null && isPrintable(tag) ? groupsByJs(plain, tag) : groupsByRe2(regex, tag)),
    reset: () => (regex = compiled()),
  }
}

/** Folding the case of what is beyond ASCII takes RE2 milliseconds for each range of characters. */
const beyondAscii = /\\x\{0*(?:[89a-f][\da-f]|[\da-f]{3,})\}/i

const isPrintable = (tag: string): boolean => /^[ -~]*$/.test(tag)

function groupsByJs(regex: RegExp, tag: string): ReturnType<Pattern['groupsOf']> {
  const found = regex.exec(tag)
  return found && ((group) => found.groups?.[group] ?? found[Number(group)] ?? '')
}

function groupsByRe2(regex: RE2JS, tag: string): ReturnType<Pattern['groupsOf']> {
  const matcher = regex.matcher(tag)
  if (!matcher.find()) return null
  return (group) => matcher.group(/^\d+$/.test(group) ? Number(group) : group) ?? ''
}

function compile(regex: string, text: string, key: string, isRegex: boolean): RE2JS {
  try {
    const compiled = RE2JS.compile(regex, isRegex ? 0 : RE2JS.DOTALL)
    if (compiled.programSize() <= sizeMax) return compiled
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw wrong(key, text, `is no ${isRegex ? 'regex that RE2 knows' : 'glob'}: ${why}`, error)
  }
  throw wrong(key, text, 'is too large a pattern')
}

const wrong = (key: string, text: string, problem: string, cause?: unknown): AppError =>
  new AppError('POLICY_INVALID', `${key}: ${quote(text)} ${problem}`, { cause })
