/** A whole number of any length as its digits, without leading zeros: exact where a `number` would round. */
export type Digits = string

/** Drops leading zeros; `0` for nothing but zeros. */
export const toDigits = (text: string): Digits =>
  text.length > 1 && text.startsWith('0') ? text.replace(/^0+(?=\d)/, '') : text

/** Whether there is a digit at a place of a text. */
export function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

/** Orders as numbers. */
export function compareDigits(a: Digits, b: Digits): number {
  if (a.length !== b.length) return a.length - b.length
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Orders part by part; a missing part counts as `missing`, or as less than all when that is null. */
export function compareDigitLists(a: readonly Digits[], b: readonly Digits[], missing: Digits | null): number {
  const length = Math.max(a.length, b.length)
  for (let at = 0; at < length; at += 1) {
    const left = a[at] ?? missing
    const right = b[at] ?? missing
    if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1
    const order = compareDigits(left, right)
    if (order !== 0) return order
  }
  return 0
}

/**
 * Orders texts by the numbers within them, one after another, whatever is between; those of whom one has more come last.
 * Takes no memory, since thousands may be compared with one another.
 */
export function compareNumbersWithin(a: string, b: string): number {
  let [at, to] = [0, 0]
  while (true) {
    at = startOfNumber(a, at)
    to = startOfNumber(b, to)
    if (at === a.length || to === b.length) return Number(at < a.length) - Number(to < b.length)
    const [ends, toEnds] = [endOfNumber(a, at), endOfNumber(b, to)]
    at = withoutZeros(a, at, ends)
    to = withoutZeros(b, to, toEnds)
    if (ends - at !== toEnds - to) return ends - at - (toEnds - to)
    for (; at < ends; at += 1, to += 1) {
      const order = a.charCodeAt(at) - b.charCodeAt(to)
      if (order !== 0) return order
    }
  }
}

/** Where a run of digits that goes through a place ends; the place itself where there is none. */
export function endOfNumber(text: string, from: number): number {
  let at = from
  while (isDigit(text, at)) at += 1
  return at
}

/** Where a run of digits that ends at a place begins; the place itself where there is none. */
export function startOfNumberBefore(text: string, end: number): number {
  let at = end
  while (isDigit(text, at - 1)) at -= 1
  return at
}

function startOfNumber(text: string, from: number): number {
  let at = from
  while (at < text.length && !isDigit(text, at)) at += 1
  return at
}

function withoutZeros(text: string, from: number, end: number): number {
  let at = from
  while (at < end && text[at] === '0') at += 1
  return at
}
