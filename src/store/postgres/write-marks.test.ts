import { expect, test } from 'vitest'
import { createWriteMarks } from './write-marks.ts'

test('before the first write there is nothing that a database could have lost', () => {
  expect(createWriteMarks().areIn(null)).toBe(true)
})

test('the last durable write, or any that followed it, shows that nothing durable was lost', () => {
  const marks = createWriteMarks()
  marks.add('a', true)
  marks.add('b', true)
  marks.add('c', false)

  expect(marks.areIn('c b a')).toBe(true)
  // The server crashed, and took along what did not wait for its disk.
  expect(marks.areIn('b a')).toBe(true)
  expect(marks.areIn('a older')).toBe(false)
  expect(marks.areIn('')).toBe(false)
  expect(marks.areIn(null)).toBe(false)
})

test('however many followed it that do not wait, both ends are known', () => {
  const marks = createWriteMarks()
  marks.add('durable', true)
  for (let each = 0; each < 1000; each += 1) marks.add(`note-${each}`, false)

  expect(marks.areIn('durable')).toBe(true)
  expect(marks.areIn('note-999 note-998')).toBe(true)
  expect(marks.areIn('other')).toBe(false)
})
