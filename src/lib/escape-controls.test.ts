import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeControls } from './escape-controls.ts'

test.each([
  ['an escape sequence', 'a\u001b[2Jb', String.raw`a\u001b[2Jb`],
  ['a one-byte control sequence', 'a\u009b2Jb', String.raw`a\u009b2Jb`],
  ['a carriage return', 'good\rbad', String.raw`good\u000dbad`],
  ['a turn of direction', 'a\u202eb', String.raw`a\u202eb`],
  ['a hidden character beyond the first plane', 'a\u{e0041}b', String.raw`a\udb40\udc41b`],
])('shows %s', (_, text, shown) => {
  expect(escapeControls(text)).toBe(shown)
})

test('leaves ordinary text as it is, in any language', () => {
  const text = 'web\tgrün 日本語 ✓\n'

  expect(escapeControls(text)).toBe(text)
})

test('changes nothing that JSON says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(JSON.parse(escapeControls(JSON.stringify({ text })))).toEqual({ text })
    }),
    { numRuns: 30 },
  )
})
