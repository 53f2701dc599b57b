import { quote } from '../../image/quote.ts'
import { parseDuration } from '../../lib/duration.ts'
import { orders, type PolicySpec } from '../policy.ts'

/** Reads the value of one key, or says what is wrong with it, as a sentence without its subject. */
type KeyReader = (value: unknown) => { readonly value: unknown } | { readonly problem: string }

const oneOf =
  (...values: readonly string[]): KeyReader =>
  (value) =>
    typeof value === 'string' && values.includes(value)
      ? { value }
      : { problem: `must be one of ${values.join(', ')}, not ${shown(value)}` }

const flag: KeyReader = (value) =>
  typeof value === 'boolean' ? { value } : { problem: `must be true or false, not ${shown(value)}` }

const text: KeyReader = (value) =>
  typeof value === 'string' && value.trim() !== '' ? { value } : { problem: `must be a text, not ${shown(value)}` }

const textsMax = 100

const texts =
  (min: number): KeyReader =>
  (value) => {
    if (!Array.isArray(value)) return { problem: `must be a list of globs and /regexes/, not ${shown(value)}` }
    if (value.length < min) return { problem: 'must have at least one entry, or be left out' }
    if (value.length > textsMax) return { problem: `must have at most ${textsMax} entries` }
    const wrong = value.findIndex((each) => typeof each !== 'string' || each === '')
    return wrong === -1
      ? { value }
      : { problem: `must be a list of texts, and entry ${wrong} is ${shown(value[wrong])}` }
  }

const wholeNumber: KeyReader = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? { value }
    : { problem: `must be a whole number from 0 on, not ${shown(value)}` }

/** Ages in milliseconds are of no use to anybody, and are most likely a mistake. */
const age: KeyReader = (value) => {
  const read = typeof value === 'string' && !value.endsWith('ms') ? parseDuration(value, anyAge) : null
  if (read !== null && 'ms' in read) return { value: read.ms }
  return { problem: `must be a whole number with one of the units s, m, h, d and w, as in 3d, not ${shown(value)}` }
}

const anyAge = { minMs: 0, maxMs: Number.MAX_SAFE_INTEGER }

/** Every key of the object form, as it is read. `minAge` becomes `minAgeMs`. */
export const keyReaders: Readonly<Record<string, KeyReader>> = {
  order: oneOf(...orders),
  range: text,
  include: texts(1),
  exclude: texts(0),
  extract: text,
  variant: oneOf('same', 'shape', 'ignore'),
  prerelease: oneOf('never', 'same', 'any'),
  precision: oneOf('keep', 'any'),
  vPrefix: oneOf('keep', 'any'),
  direction: oneOf('highest', 'lowest'),
  downgrade: flag,
  maxMajorStep: wholeNumber,
  minAge: age,
  immutable: flag,
}

/** What holds for a policy that says nothing. The variant is as strict as can be where it is read. */
export const defaultSpec: Omit<PolicySpec, 'text' | 'variant'> = {
  order: 'digest',
  range: null,
  include: [],
  exclude: [],
  extract: null,
  prerelease: 'same',
  precision: 'keep',
  vPrefix: 'keep',
  direction: 'highest',
  downgrade: false,
  maxMajorStep: null,
  minAgeMs: null,
  immutable: false,
}

/** A wrong value as its owner will recognise it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : 'something else'
}
