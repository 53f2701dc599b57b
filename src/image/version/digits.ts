/** A whole number of any length as its digits, without leading zeros: exact where a `number` would round. */
export type Digits = string

/** Drops leading zeros; `0` for nothing but zeros. */
export const toDigits = (text: string): Digits => (text.startsWith('0') ? text.replace(/^0+(?=\d)/, '') : text)

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
