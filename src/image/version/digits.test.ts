import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareDigitLists, compareNumbersWithin, toDigits } from './digits.ts'

const text = fc.string({ unit: fc.constantFrom('0', '1', '9', '07', 'a', '-', '.'), maxLength: 12 })
const numbersOf = (each: string) => (each.match(/\d+/g) ?? []).map(toDigits)

test('texts order by their numbers, one after another, at any length and whatever is between', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const order = Math.sign(compareNumbersWithin(a, b))

      expect(order).toBe(Math.sign(compareDigitLists(numbersOf(a), numbersOf(b), null)))
    }),
  )
})
