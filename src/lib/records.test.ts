import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRecords } from './records.ts'
import type { Records } from './records.ts'

const texts = (records: Records): readonly string[] => {
  const found: string[] = []
  records.forEach((bytes, start, end) => found.push(bytes.toString('latin1', start, end)))
  return found
}
const add = (records: Records, text: string): boolean => records.add(Buffer.from(`<${text}>`), 1, text.length + 1)

test('gives back what was added, in its order, without what was taken back', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 200 })
  const part = fc.array(text, { maxLength: 3000, size: 'max' })
  fc.assert(
    fc.property(part, part, part, (kept, dropped, last) => {
      const records = createRecords(8 * 1024 * 1024)
      for (const each of kept) add(records, each)
      const mark = records.mark()
      for (const each of dropped) add(records, each)
      records.restore(mark)
      for (const each of last) add(records, each)

      expect(texts(records)).toEqual([...kept, ...last])
      expect(records.count).toBe(kept.length + last.length)
    }),
    { numRuns: 20 },
  )
})

test('takes no more than it may', () => {
  const records = createRecords(1024 * 1024)
  let count = 0
  while (add(records, 'x'.repeat(99))) count += 1

  expect(count * 100).toBeGreaterThan(1024 * 1024 - 4 * 100)
  expect(count * 100).toBeLessThanOrEqual(1024 * 1024)
  expect(records.count).toBe(count)
})

test('takes no record that its length does not fit', () => {
  expect(() => add(createRecords(1024), 'x'.repeat(256))).toThrow(RangeError)
})
