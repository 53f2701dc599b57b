import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutCommits } from './commit.ts'

test.each([
  ['c29d4c0c8-ls205', '<commit>-ls205'],
  ['424562606-ls222', '<commit>-ls222'],
  ['424562606', '424562606'],
  ['20240101-ls5', '20240101-ls5'],
  ['202401-ls5', '202401-ls5'],
  ['abcdefa', 'abcdefa'],
  ['a1b2c3', 'a1b2c3'],
  ['debian-12-a1b2c3d', 'debian-12-<commit>'],
  ['a1b2c3d_e4f5a6b', '<commit>_<commit>'],
  [`${'a1'.repeat(20)}`, '<commit>'],
  [`${'a1'.repeat(20)}b`, `${'a1'.repeat(20)}b`],
  ['', ''],
])('%s is read as %s', (text, wanted) => {
  expect(withoutCommits(text)).toBe(wanted)
})

/** The same as one regex, which takes three times as long. */
const commit =
  /(^|[-_.])(?:(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{7,40}(?=$|[-_.])|(?!(?:19|20)\d\d(?:0[1-9]|1[0-2]))\d{7,9}(?=-[a-z]))/g

test('all texts are read as the rule says', () => {
  const unit = fc.constantFrom(...'0123456789abcdefglsr-._')
  const piece = fc.oneof(
    fc.string({ unit, maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...'0129af'), minLength: 6, maxLength: 10 }),
    fc.constantFrom('-', '_', '.', '20240101'),
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }).map((all) => all.join('')),
      (text) => {
        expect(withoutCommits(text)).toBe(text.replace(commit, '$1<commit>'))
      },
    ),
    { numRuns: 5000 },
  )
})
