import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWithinBounds } from './json-bounds.ts'

const bounds = { depthMax: 5, partsMax: 20 }
const is = (text: string) => isWithinBounds(Buffer.from(text), bounds)

test.each([
  ['', true],
  ['null', true],
  ['[[[[[]]]]]', true],
  ['[[[[[[]]]]]]', false],
  ['{"a":{"a":{"a":{"a":{"a":{}}}}}}', false],
  ['[[[[[[', false],
  [']]]]]][[[[[', true],
  ['"[[[[[[[[[["', true],
  ['"\\"[[[[[[[["', true],
  ['"\\\\"[[[[[[', false],
  ['"[[[[[[[[[[', true],
  ['["é[[[[[[[[["]', true],
  [`[${'0,'.repeat(18)}0]`, true],
  [`[${'0,'.repeat(20)}0]`, false],
  [`[${'{},'.repeat(12)}0]`, false],
  [`"${','.repeat(100)}"`, true],
])('%s is no deeper and of no more parts than is read: %s', (text, expected) => {
  expect(is(text)).toBe(expected)
})

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

test('of what is JSON the depth is found, whatever its texts hold', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.boolean(), (value, isSpread) => {
      const text = JSON.stringify(value, null, isSpread ? 2 : 0)
      const within = isWithinBounds(Buffer.from(text), { depthMax: 5, partsMax: Infinity })
      expect(within).toBe(depthOf(value) <= 5)
    }),
  )
})

test('of bytes that are no JSON it answers too', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof isWithinBounds(bytes, bounds) === 'boolean'))
})
