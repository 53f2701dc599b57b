import fc from 'fast-check'
import { expect, test } from 'vitest'
import { table } from './table.ts'

const columns = [{ title: 'NAME' }, { title: 'WHY', canShrink: true }]

test('is as wide as it needs where nothing is cut', () => {
  const lines = table(columns, [['web', 'a long reason with many words']], null).split('\n')

  expect(lines).toEqual(['NAME  WHY', 'web   a long reason with many words'])
})

test('breaks the reason over several lines on a narrow terminal', () => {
  const lines = table(columns, [['web', 'a long reason with many words']], 24).split('\n')

  expect(lines).toEqual(['NAME  WHY', 'web   a long reason with', '      many words'])
})

test('never exceeds the width and loses no word', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 20 }),
      fc.integer({ min: 30, max: 80 }),
      (words, width) => {
        const text = table(columns, [['web', words.join(' ')]], width)

        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width)
        for (const word of words) expect(text).toContain(word)
      },
    ),
  )
})
