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
  return Object.freeze({
    reveal: () => value,
    toString: () => '***',
    toJSON: () => '***',
    [inspect.custom]: () => '***',
  })
}

/** Strikes out every secret that was ever wrapped, plain, base64 or percent-encoded, longest first. */
export function redact(text: string): string {
  let result = text
  for (const value of [...known].toSorted((a, b) => b.length - a.length)) result = result.replaceAll(value, '***')
  return result
}

/** Registers further spellings of a secret, such as the base64 of `user:password`. */
export function remember(value: string): void {
  if (value.length < lengthMin) return
  known.add(value)
  known.add(Buffer.from(value).toString('base64'))
  known.add(encodeURIComponent(value))
}
