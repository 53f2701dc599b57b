import fc from 'fast-check'
import { RE2JS } from 're2js'
import { expect, test } from 'vitest'
import { withAsciiClasses } from './ascii-classes.ts'

test.each([
  [String.raw`^\p{Lu}\pN$`, ['A1', 'Z9'], ['a1', 'AA', 'A']],
  [String.raw`^[\p{Ll}_]+$`, ['a_b'], ['A', '1']],
  [String.raw`^\PL+$`, ['1.2-3'], ['1a']],
  [String.raw`^[^\p{L}]$`, ['1'], ['a']],
  [String.raw`^\p{^Latin}$`, ['1'], ['a']],
  [String.raw`(?i)^\p{Lu}$`, ['A', 'a'], ['1']],
  [String.raw`\p{Greek}`, [], ['a', '1', '_']],
  [String.raw`^[]\p{Nd}]+$`, ['1]'], ['[']],
  [String.raw`^\Q\pL\E$`, [String.raw`\pL`], ['a']],
  [String.raw`^\\pL$`, [String.raw`\pL`], ['a']],
])('%s matches what it has in ASCII', (regex, matched, others) => {
  const compiled = RE2JS.compile(withAsciiClasses(regex))

  expect([...matched, ...others].filter((each) => compiled.test(each))).toEqual(matched)
})

test('of printable ASCII a class has what RE2 says', () => {
  const name = fc.constantFrom('L', 'Lu', 'Ll', 'N', 'Nd', 'P', 'Pd', 'Pc', 'S', 'Z', 'Latin', 'Greek', 'Any')
  const character = fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code))
  fc.assert(
    fc.property(fc.constantFrom('p', 'P'), fc.constantFrom('', '^'), name, character, (letter, not, of, tag) => {
      const regex = `\\${letter}{${not}${of}}`

      expect(RE2JS.compile(withAsciiClasses(regex)).matches(tag)).toBe(RE2JS.compile(regex).matches(tag))
    }),
  )
})

test('a name that RE2 does not know is left for it to refuse', () => {
  expect(withAsciiClasses(String.raw`a\p{Nope}`)).toBe(String.raw`a\p{Nope}`)
})
