import fc from 'fast-check'
import { expect, test } from 'vitest'
import { table } from './table.ts'

const titles = ['NAME', 'IMAGE', 'WHY']
const reason = 'a long reason with many words'
const row = ['web', 'registry.example.com/web', reason]

test('is as wide as it needs where nothing is cut', () => {
  expect(table(titles, [row], null).split('\n')).toEqual([
    'NAME  IMAGE                     WHY',
    `web   registry.example.com/web  ${reason}`,
  ])
})

test('breaks the sentences over several lines where that leaves them readable', () => {
  const sentence = `${reason} and some more`

  expect(table(titles, [['web', 'nginx', sentence]], 46).split('\n')).toEqual([
    'NAME  IMAGE  WHY',
    'web   nginx  a long reason with many words and',
    '             some more',
  ])
})

test('puts each sentence below its row where the rest leaves no room beside it', () => {
  expect(table(titles, [row, ['db', 'postgres', '']], 34).split('\n')).toEqual([
    'NAME  IMAGE',
    'web   registry.example.com/web',
    `  ${reason}`,
    'db    postgres',
  ])
})

test('breaks the widest column where the rest alone is too wide', () => {
  expect(table(titles, [row], 26).split('\n')).toEqual([
    'NAME  IMAGE',
    'web   registry.example.com',
    '      /web',
    '  a long reason with many',
    '  words',
  ])
})

test('a hostile cell neither breaks the table nor steers the terminal', () => {
  const lines = table(['NAME', 'WHY'], [['web', 'a\u001b[2Jb\r\nc\td']], null).split('\n')

  expect(lines).toEqual(['NAME  WHY', String.raw`web   a\u001b[2Jb c d`])
})

test('never exceeds the width and loses no word', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 20 }),
      fc.integer({ min: 30, max: 80 }),
      (words, width) => {
        const text = table(titles, [['web', 'registry.example.com/web', words.join(' ')]], width)

        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width)
        for (const word of words) expect(text).toContain(word)
      },
    ),
  )
})
