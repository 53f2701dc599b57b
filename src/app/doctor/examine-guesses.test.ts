import { expect, test } from 'vitest'
import { examineGuesses } from './examine-guesses.ts'

test('a host that is only guessed is told, with what to write', () => {
  const guess = { host: 'registry.git.example.com', instance: 'https://git.example.com', reason: 'it does not tell' }

  expect(examineGuesses({ guessedHosts: () => [guess] })).toEqual([
    {
      part: 'registry',
      name: 'registry.git.example.com',
      standing: 'doubtful',
      sentence: 'that this is the host of the registry of https://git.example.com is a guess: it does not tell',
      remedy: expect.stringContaining('Write `host:`'),
    },
  ])
  expect(examineGuesses({})).toEqual([])
})
