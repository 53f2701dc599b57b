import { inspect } from 'node:util'

const known = new Set<string>()

/** Shortest value that is struck out of texts; shorter ones would tear holes into ordinary words. */
const lengthMin = 6

/**
 * A value that prints as `***` wherever it is printed; `reveal` alone gives it out.
 * Its text is also remembered, so that `redact` strikes it out of whatever else it got into.
 */
export interface Secret {
  reveal(): string
  toString(): string
  toJSON(): string
}

/** Wraps a secret value and registers it with `redact`. */
export function secret(value: string): Secret {
  remember(value)
  return conceal(value)
}

/**
 * As `secret`, for what need not be one, such as a value of an environment: struck out of other texts it would tear
 * holes into ordinary words.
 */
export function conceal(value: string): Secret {
  return Object.freeze({
    reveal: () => value,
    toString: () => '***',
    toJSON: () => '***',
    [inspect.custom]: () => '***',
  })
}

/** Strikes out every secret that was ever wrapped, plain, as in JSON, base64 or percent-encoded. */
export const redact = (text: string): string => strike(text, known)

/** Strikes values out of one text, in the spellings that `redact` knows, without remembering them. */
export const strikeOut = (text: string, values: readonly string[]): string =>
  strike(text, new Set(values.flatMap(spellings)))

/** Registers further spellings of a secret, such as the base64 of `user:password`. */
export function remember(value: string): void {
  for (const spelling of spellings(value)) known.add(spelling)
}

/** Longest first: a shorter one may be part of it. */
function strike(text: string, spelled: ReadonlySet<string>): string {
  let result = text
  for (const value of [...spelled].toSorted((a, b) => b.length - a.length)) result = result.replaceAll(value, '***')
  return result
}

function spellings(value: string): readonly string[] {
  if (value.length < lengthMin) return []
  const inJson = JSON.stringify(value).slice(1, -1)
  return [value, inJson, Buffer.from(value).toString('base64'), encodeURIComponent(value)]
}
