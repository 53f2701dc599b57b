import { expect, test } from 'vitest'
import { didYouMean } from './did-you-mean.ts'

const known = ['pollInterval', 'watch', 'targets', 'registries', 'auto', 'notify']

test.each([
  ['pollIntervall', 'pollInterval'],
  ['pollinterval', 'pollInterval'],
  ['poll_interval', 'pollInterval'],
  ['wacth', 'watch'],
  ['atuo', 'auto'],
  ['registry', 'registries'],
  ['target', 'targets'],
])('%s was meant as %s', (word, meant) => {
  expect(didYouMean(word, known)).toBe(`; did you mean ${meant}?`)
})

test.each(['zebra', 'x', '', 'w'.repeat(100_000)])('says nothing when no word is near (%#)', (word) => {
  expect(didYouMean(word, known)).toBe('')
})
