import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBehind, nextCount, readLandmarks, writeLandmarks, type Landmark } from './landmarks.ts'

/** A database that passed so many, and what it remembers at the end. */
function live(count: number, course = 'a', begun: readonly Landmark[] = []): readonly Landmark[] {
  let known = begun
  for (let passed = 0; passed < count; passed += 1) {
    const next = { count: nextCount(known, null), id: `${course}${passed}` }
    known = readLandmarks(writeLandmarks(next, known))
  }
  return known
}

test('a database that only went on is never behind, however far', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), (before, since) => {
      const seen = live(before)
      expect(isBehind(live(since, 'b', seen), seen[0] ?? null)).toBe(false)
    }),
  )
})

test('one that went back is behind at once, and so is one that went on from there for less than it remembers', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 30 }), fc.nat(60), (kept, lost, since) => {
      const backup = live(kept)
      const [seen] = live(lost, 'b', backup)
      const found = live(since, 'c', backup)
      expect(isBehind(found, seen ?? null)).toBe(since < 40 + lost)
    }),
  )
})

test.each([
  ['nothing was seen', '3.a 2.b', null, false],
  ['the database is empty', null, { count: 1, id: 'a' }, true],
  ['what it has cannot be read', 'x y', { count: 1, id: 'a' }, true],
  ['it is the same', '3.a 2.b', { count: 3, id: 'a' }, false],
  ['it was seen on another course', '3.a 2.b', { count: 2, id: 'x' }, true],
] as const)('where %s', (_, text, seen, expected) => {
  expect(isBehind(readLandmarks(text), seen)).toBe(expected)
})

test('the next is no other, neither in the database nor among those that it lost', () => {
  expect(nextCount(readLandmarks('3.a 2.b'), { count: 7, id: 'x' })).toBe(8)
  expect(nextCount(readLandmarks('3.a 2.b'), null)).toBe(4)
  expect(nextCount([], null)).toBe(1)
})
