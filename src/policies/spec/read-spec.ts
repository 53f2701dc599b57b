import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import { didYouMean } from '../../lib/did-you-mean.ts'
import { orders, type PolicySpec } from '../policy.ts'

import { defaultSpec, keyReaders } from './keys.ts'

/**
 * Reads a policy: `digest`, `semver:^1.2`, `glob:staging-*`, the object form, or that as JSON in a text. Ranges, layouts
 * and patterns are read when the policy is built from it.
 *
 * @throws POLICY_INVALID which names the key
 */
export function readSpec(policy: unknown): PolicySpec {
  if (typeof policy !== 'string') return fromKeys(policy, JSON.stringify(policy) ?? '')
  const text = policy.trim()
  return text.startsWith('{') ? fromKeys(parseJson(text), text) : fromKeys(keysOf(text), text)
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
    throw wrong(
      `${quote(text)} is no policy${didYouMean(word, [...orders, ...patterned])}; there are ${[...orders, ...patterned].join(', ')}`,
    )
  }
  if (rest === null) {
    if (patterned.includes(word))
      throw wrong(`${word} needs a pattern behind it: ${word}:staging-${word === 'glob' ? '*' : '.*'}`)
    return { order: word }
  }
  if (rest.trim() === '')
    throw wrong(`nothing follows ${quote(text)}; write ${word} alone, or what it needs behind the colon`)
  if (word === 'glob') return { order: 'newest', include: [globOf(rest)] }
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
  const { order, range, extract, include, exclude } = spec
  if ((order === 'digest' || order === 'pin') && include.length + exclude.length > 0) {
    throw wrong(`include and exclude choose among tags, and the order ${order} follows one; name another order`)
  }
  if (order === 'calver' && range === null) throw wrong('range is missing: calver needs a layout, such as YYYY.MM.DD')
  if (order === 'pin' && range === null) throw wrong('range is missing: pin needs the tag')
  if (range !== null && !ranged.includes(order))
    throw wrong(`range is read by semver, calver and pin, and the order is ${order}`)
  if (extract !== null && !include.some((each) => each.startsWith('/'))) {
    throw wrong('extract needs a regex in include, whose groups it is made of')
  }
  return spec
}

const wrong = (problem: string, cause?: unknown): AppError =>
  new AppError('POLICY_INVALID', `policy: ${problem}`, { cause })
