import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAfter, readGroup } from './group-labels.ts'

test.each([
  ['db', ['db']],
  [' shop/db ,api , db,db', ['shop/db', 'api', 'db']],
  ['', []],
])('longshore.after=%j names %j', (text, after) => {
  expect(readAfter(text)).toEqual({ value: { after } })
})

test.each([',', 'db,', 'a,,b', 'x'.repeat(301), Array.from({ length: 101 }, (_, at) => `w${at}`).join()])(
  'longshore.after=%j is a problem',
  (text) => {
    expect(readAfter(text)).toHaveProperty('problem')
  },
)

test('whatever names are joined are read again', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9/_.-]{0,20}$/)

  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 20 }), (names) => {
      expect(readAfter(names.join(' , '))).toEqual({ value: { after: names } })
    }),
  )
})

test.each(['shop', 'Shop.v2_b-1', '7'])('%j is a group', (text) => {
  expect(readGroup(text)).toEqual({ value: { group: text } })
})

test.each(['', '-shop', 'shop/web', 'a b', 'x'.repeat(61), 'shöp'])('%j is none', (text) => {
  expect(readGroup(text)).toHaveProperty('problem')
})
