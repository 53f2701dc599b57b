import { expect, test } from 'vitest'
import { candidate, select } from '../../../test/fakes/selection.ts'
import { startBudget } from '../../lib/budget.ts'
import { readPattern } from './pattern.ts'

test.each([
  ['1.*', '1.2', true],
  ['1.*', '11.2', false],
  ['?.?', '1.2', true],
  ['{a,b-*}', 'b-c', true],
  ['{a,b-*}', 'c', false],
  ['v[0-9]', 'v7', true],
  ['v[!0-9]', 'v7', false],
  ['v[!0-9]', 'vx', true],
  ['a+b', 'a+b', true],
  ['a.b', 'axb', false],
  ['A', 'a', false],
  ['\\*', '*', true],
  ['*', 'a\nb', true],
  ['/^staging-/', 'staging-1', true],
  ['/ing/', 'staging-1', true],
  ['/^ing/', 'staging-1', false],
])('%s and %s: %s', (text, tag, isMatch) => {
  expect(readPattern(text, 'include[0]').matches(tag)).toBe(isMatch)
})

test('groups are had by number and by name', () => {
  const groups = readPattern('/^(\\w+)-(?P<build>\\d+)(x)?/', 'include[0]').groupsOf('main-12')

  expect(Object.fromEntries(groups ?? [])).toEqual({ 0: 'main-12', 1: 'main', 2: '12', 3: '', build: '12' })
})

test('a pattern that is made to be slow is given up, and says so', async () => {
  const random = lettersOf('abx01-')
  const tags = Array.from({ length: 10_000 }, () => candidate(Array.from({ length: 128 }, random).join('')))

  const { code } = await select('regex:(a.{50})*x.{60}b', null, tags, { isSpent: startBudget(60) })

  expect(code).toBe('FILTER_TOO_COSTLY')
})

/** The same letters each time, in an order that no automaton can keep in mind. */
function lettersOf(letters: string): () => string {
  let seed = 1
  return () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return letters.charAt((seed >> 8) % letters.length)
  }
}
