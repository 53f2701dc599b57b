import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBounded, parseBoundedJson } from './bounded-json.ts'

test.each([
  ['as deep as allowed', `${'['.repeat(64)}${']'.repeat(64)}`, true],
  ['deeper', `${'['.repeat(65)}${']'.repeat(65)}`, false],
  ['deeper, as objects', '{"a":'.repeat(65), false],
  ['brackets within text', JSON.stringify('['.repeat(1000)), true],
  ['brackets within text with quotes', JSON.stringify(`"\\"${'['.repeat(1000)}`), true],
  ['brackets after text that ends in a backslash', `["\\\\",${'['.repeat(64)}`, false],
  ['many that are not nested', `[${'[],'.repeat(1000)}0]`, true],
  ['more values than anybody has', `[${'0,'.repeat(200_001)}0]`, false],
  ['more objects than anybody has', `[${'{},'.repeat(100_001)}0]`, false],
])('%s: %s', (_what, text, expected) => {
  expect(isBounded(Buffer.from(text))).toBe(expected)
})

test('parses whatever JSON has that is not deep, as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseBoundedJson(Buffer.from(text))).toEqual(JSON.parse(text))
    }),
  )
})
