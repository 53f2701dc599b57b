import { expect, test } from 'vitest'
import { isTagText, unescaped } from './tag-text.ts'

test.each([
  ['"1.0"', true],
  ['"_a-B.9"', true],
  [`"${'a'.repeat(128)}"`, true],
  [`"${'a'.repeat(129)}"`, false],
  ['""', false],
  ['1234', false],
  ['null', false],
  ['"-a"', false],
  ['".a"', false],
  ['"a/b"', false],
  ['"a b"', false],
  ['"ä"', false],
  ['"a\\u0062"', false],
])('%s is the text of a tag: %s', (json, expected) => {
  const bytes = Buffer.from(`[${json}]`)
  expect(isTagText(bytes, 1, bytes.length - 1)).toBe(expected)
})

test.each([
  ['"a\\u0062"', '"ab"'],
  ['"\\u002d"', null],
  ['"a\\nb"', null],
  ['"a b"', null],
  [`"${'\\u0061'.repeat(128)}"`, `"${'a'.repeat(128)}"`],
  [`"${'\\u0061'.repeat(129)}"`, null],
])('%s without its escapes is %s', (json, expected) => {
  const bytes = Buffer.from(`[${json}]`)
  expect(unescaped(bytes, 1, bytes.length - 1)?.toString() ?? null).toBe(expected)
})
