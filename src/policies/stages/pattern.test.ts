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

  expect(['0', '1', '2', '3', 'build'].map((group) => groups?.(group))).toEqual(['main-12', 'main', '12', '', '12'])
})

test('a pattern that is made to be slow is given up, and says so', async () => {
  const random = lettersOf('abx01-')
  const tags = Array.from({ length: 10_000 }, () => candidate(Array.from({ length: 128 }, random).join('')))

  const { code } = await select('regex:(a.{50})*x.{60}b', null, tags, { isSpent: startBudget(60) })

  expect(code).toBe('FILTER_TOO_COSTLY')
})

test('a list that is longer than can be read in time is given up, and says so', async () => {
  const tags = ['1.0', '1.1', '1.2'].flatMap((tag) => Array.from({ length: 10 }, (_, at) => candidate(`${tag}.${at}`)))

  const { code, sentence } = await select('semver', null, tags, { isSpent: () => true })

  expect([code, sentence]).toEqual(['LIST_TOO_LONG', '30 tags are too many to be read in time'])
})

test('many patterns that are slow together are given up before the time is over by much', async () => {
  const random = lettersOf('abx01-')
  const tags = Array.from({ length: 10_000 }, () => candidate(Array.from({ length: 128 }, random).join('')))
  const include = Array.from({ length: 40 }, (_, at) => `/(a.{${40 + at}})*x.{60}b/`)
  const isSpent = startBudget(60)
  const began = process.threadCpuUsage()

  const { code } = await select({ order: 'newest', include }, null, tags, { isSpent })

  const { user, system } = process.threadCpuUsage(began)
  expect(code).toBe('FILTER_TOO_COSTLY')
  expect((user + system) / 1000).toBeLessThan(2 * 100)
})

/** The same letters each time, in an order that no automaton can keep in mind. */
function lettersOf(letters: string): () => string {
  let seed = 1
  return () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return letters.charAt((seed >> 8) % letters.length)
  }
}
