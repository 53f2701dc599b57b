import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesGlob } from './glob.ts'

test.each([
  ['web', 'web', true],
  ['web', 'web2', false],
  ['web*', 'web2', true],
  ['web*', 'web', true],
  ['*web', 'my-web', true],
  ['we?', 'web', true],
  ['we?', 'we', false],
  ['?', '🚢', true],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a*b*c', 'a--b--b-c', true],
  ['a*b*c', 'a--b--b-d', false],
  ['registry.example.com/prod/*', 'registry.example.com/prod/team/web:1', true],
  ['registry.example.com/prod/*', 'registry.example.com/production/web', false],
  ['registry.example.com/*', 'registryXexample.com/web', false],
  ['[ab].+', 'a', false],
  ['[ab].+', '[ab].+', true],
  ['Web', 'web', false],
])('%j against %j is %s', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected)
})

test('agrees with the same pattern written as a regular expression', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })

  fc.assert(
    fc.property(letters, text, (pattern, value) => {
      const expression = pattern.replaceAll(/\*+/g, '.*').replaceAll('?', '.')
      expect(matchesGlob(pattern, value)).toBe(new RegExp(`^${expression}$`).test(value))
    }),
  )
})

test('a hostile pattern costs no more than its length times that of the text', () => {
  expect(matchesGlob('*a'.repeat(500) + 'b', 'a'.repeat(5000))).toBe(false)
})
