import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import { isTag } from '../../image/reference.ts'
import { didYouMean } from '../../lib/did-you-mean.ts'
import { orders, type PolicySpec } from '../policy.ts'

import { defaultSpec, keyReaders } from './keys.ts'

/** Keys that labels of their own set, wherever the policy comes from. */
export interface SpecOverride {
  readonly include?: readonly string[]
  readonly minAge?: string
}

/**
 * Reads a policy: `digest`, `semver:^1.2`, `glob:staging-*`, the object form, or that as JSON in a text. Ranges, layouts
 * and patterns are read when the policy is built from it.
 *
 * @param over keys that take the place of its own
 * @throws POLICY_INVALID which names the key
 */
export function readSpec(policy: unknown, over: SpecOverride = {}): PolicySpec {
  const written = typeof policy === 'string' ? policy.trim() : (JSON.stringify(policy) ?? '')
  const keys = typeof policy !== 'string' ? policy : written.startsWith('{') ? parseJson(written) : keysOf(written)
  const isWhole = Object.keys(over).length === 0 || typeof keys !== 'object' || keys === null || Array.isArray(keys)
  if (isWhole) return fromKeys(keys, written)
  const merged = { ...keys, ...over }
  return fromKeys(merged, JSON.stringify(merged))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw wrong(`${quote(text)} begins like JSON and is none: ${error instanceof Error ? error.message : ''}`, error)
  }
}

/** Orders that take what follows the colon as their range. */
const ranged = ['semver', 'calver', 'pin']
/** A pattern alone means the newest of what it matches. */
const patterned = ['glob', 'regex']

/** The string form in terms of the object form. */
function keysOf(text: string): Readonly<Record<string, unknown>> {
  const colon = text.indexOf(':')
  const word = colon === -1 ? text : text.slice(0, colon)
  const rest = colon === -1 ? null : text.slice(colon + 1)
  const isOrder = orders.some((order) => order === word)
  if (!isOrder && !patterned.includes(word)) {
    const names = [...orders, ...patterned]
    throw wrong(`${quote(text)} is none of ${names.join(', ')}${didYouMean(word, names)}`)
  }
  if (rest === null) {
    if (patterned.includes(word))
      throw wrong(`${word} needs a pattern behind it: ${word}:staging-${word === 'glob' ? '*' : '.*'}`)
    return { order: word }
  }
  if (rest.trim() === '')
    throw wrong(`nothing follows ${quote(text)}; write ${word} alone, or what it needs behind the colon`)
  if (word === 'glob') return { order: 'newest', include: [globOf(rest.trim())] }
  if (word === 'regex') return { order: 'newest', include: [`/${rest}/`] }
  if (!ranged.includes(word)) throw wrong(`${word} takes nothing behind a colon, and ${quote(rest)} is there`)
  return { order: word, range: rest.trim() }
}

/** A tag holds no slash, so that one which begins a glob cannot match, and would be read as a regex. */
function globOf(text: string): string {
  if (text.startsWith('/'))
    throw wrong(`${quote(text)} begins with a slash, which no tag does; for a regex write regex:`)
  return text
}

function fromKeys(given: unknown, text: string): PolicySpec {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw wrong(
      `must be a text or an object, not ${given === null ? 'null' : Array.isArray(given) ? 'a list' : typeof given}`,
    )
  }
  const values: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    const reader = Object.hasOwn(keyReaders, key) ? keyReaders[key] : undefined
    if (reader === undefined)
      throw wrong(`${quote(key)} is no key of a policy${didYouMean(key, Object.keys(keyReaders))}`)
    const read = reader(value)
    if ('problem' in read) throw wrong(`${key} ${read.problem}`)
    values[key === 'minAge' ? 'minAgeMs' : key] = read.value
  }
  // Each value was read by its key's reader.
  const spec = { ...defaultSpec, ...values } as Omit<PolicySpec, 'text' | 'variant'> & Partial<PolicySpec>
  const variant = spec.order === 'semver' || spec.order === 'calver' ? 'same' : 'ignore'
  return combined({ variant, ...spec, text })
}

/** Refuses what cannot be meant together. */
function combined(spec: PolicySpec): PolicySpec {
  const { order, range, extract, include, exclude, maxMajorStep } = spec
  if ((order === 'digest' || order === 'pin') && include.length + exclude.length > 0) {
    throw wrong(`include and exclude choose among tags, and the order ${order} follows one; name another order`)
  }
  if (order === 'calver' && range === null) throw wrong('range is missing: calver needs a layout, such as YYYY.MM.DD')
  if (order === 'pin' && range === null) throw wrong('range is missing: pin needs the tag')
  if (order === 'pin' && range !== null && !isTag(range))
    throw wrong(`pin names a tag alone, such as pin:1.4.2, and ${quote(range)} is none`)
  if (range !== null && !ranged.includes(order))
    throw wrong(`range is read by semver, calver and pin, and the order is ${order}`)
  if (maxMajorStep !== null && order !== 'semver')
    throw wrong(`maxMajorStep counts the majors of versions, which semver reads, and the order is ${order}`)
  if (extract !== null && !include.some((each) => each.startsWith('/'))) {
    throw wrong('extract needs a regex in include, whose groups it is made of')
  }
  return spec
}

const wrong = (problem: string, cause?: unknown): AppError =>
  new AppError('POLICY_INVALID', `policy: ${problem}`, { cause })
