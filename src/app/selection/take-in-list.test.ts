import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KeptPush, ListedTag, TagListObservation } from '../../store/store.ts'
import { takeInList, type KnownList } from './take-in-list.ts'

const start = Date.parse('2026-11-20T12:00:00Z')
const at = (minutes: number): string => new Date(start + minutes * 60_000).toISOString()
const never: TagListObservation = {
  registry: 'registry.example.com',
  repository: 'web',
  count: 0,
  seenAt: null,
  failure: null,
  doubt: null,
}
const tags = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `1.${index}`)

/** Takes in one list after the other, each with its minute. */
function takeIn(...looks: readonly (readonly [minute: number, found: readonly string[]])[]): KnownList {
  return looks.reduce<KnownList>(
    (known, [minute, found]) => {
      const { list, listed } = takeInList(known, found, new Map(), at(minute))
      return { list, listed: listed ?? known.listed }
    },
    { list: never, listed: [] },
  )
}

const present = ({ listed }: KnownList) => listed.filter(({ goneSince }) => goneSince === null).map(({ tag }) => tag)
const seen = ({ listed }: KnownList, tag: string): ListedTag | undefined => listed.find((each) => each.tag === tag)

test('the first list is taken over, and every tag with the time of that look', () => {
  const known = takeIn([0, ['1.0', '1.1', '1.0']])

  expect(known.list).toMatchObject({ count: 2, seenAt: at(0), doubt: null })
  expect(known.listed).toEqual([
    { tag: '1.0', firstSeenAt: at(0), goneSince: null, push: null },
    { tag: '1.1', firstSeenAt: at(0), goneSince: null, push: null },
  ])
})

test('an unchanged list, in whatever order, leaves nothing to write but the time', () => {
  const known = takeIn([0, tags(3)])
  expect(takeInList(known, tags(3).toReversed(), new Map(), at(5))).toEqual({
    list: { ...known.list, seenAt: at(5) },
    listed: null,
  })
})

test.each([
  ['more than half of it is there', tags(6), false],
  ['half is', tags(5), true],
  ['less than half is', tags(4), true],
  ['nothing is', [], true],
])('a list of ten is doubted when no more than half of it is left: %s', (_, found, isDoubted) => {
  const known = takeIn([0, tags(10)], [5, found])

  expect(known.list.doubt !== null).toBe(isDoubted)
  expect(present(known)).toEqual(isDoubted ? tags(10) : found)
  expect(known.list.seenAt).toBe(isDoubted ? at(0) : at(5))
})

test('a doubted list is believed after three looks over an hour', () => {
  const twice = takeIn([0, tags(10)], [5, tags(2)], [70, tags(2)])
  expect(twice.list.doubt).toEqual({ count: 2, since: at(5), at: at(70), looks: 2, isBelieved: false })

  const soon = takeIn([0, tags(10)], [5, tags(2)], [6, tags(2)], [64, tags(3)])
  expect(soon.list.doubt).toMatchObject({ looks: 3 })

  const believed = takeIn([0, tags(10)], [5, tags(2)], [6, tags(2)], [65, tags(3)])
  expect(believed.list).toMatchObject({ doubt: null, count: 3, seenAt: at(65) })
  expect(present(believed)).toEqual(tags(3))
})

test('most of it coming back ends the doubt, and the next one begins anew', () => {
  const known = takeIn([0, tags(10)], [5, tags(2)], [30, tags(10)], [66, tags(2)], [67, tags(2)])
  expect(known.list.doubt).toMatchObject({ since: at(66), looks: 2 })
})

test('an empty list is never believed, however long it stays', () => {
  const known = takeIn([0, tags(10)], ...tags(50).map((_, index) => [60 * (index + 1), []] as const))
  expect(known.list).toMatchObject({ count: 10, doubt: { count: 0, looks: 50 } })
})

test('a person can believe a list at once', () => {
  const { list, listed } = takeIn([0, tags(10)], [5, tags(2)])
  const doubt = list.doubt && { ...list.doubt, isBelieved: true }
  expect(takeInList({ list: { ...list, doubt }, listed }, tags(2), new Map(), at(6)).list).toMatchObject({
    count: 2,
    doubt: null,
  })
})

test('a tag that flickers stays as old as it is, and one that was gone for a week is new', () => {
  const all = [...tags(9), 'latest']
  const known = takeIn([0, all], [5, tags(9)], [10, all])
  expect(seen(known, 'latest')).toMatchObject({ firstSeenAt: at(0), goneSince: null })

  const week = 7 * 24 * 60
  const later = takeIn([0, all], [5, tags(9)], [10, tags(8)], [week + 5, tags(9)], [week + 10, all])
  expect(seen(later, 'latest')).toMatchObject({ firstSeenAt: at(week + 10) })
  expect(seen(later, '1.8')).toMatchObject({ firstSeenAt: at(0) })
})

test('what the registry tells of pushes is kept, and stays where it tells nothing', () => {
  const push = (minute: number): KeptPush => ({ at: start + minute * 60_000, digest: null, confidence: 'exact' })
  const known = takeInList({ list: never, listed: [] }, ['a', 'b'], new Map([['a', push(1)]]), at(0))
  const listed = known.listed ?? []
  expect(listed.map((each) => each.push)).toEqual([push(1), null])

  expect(takeInList({ list: known.list, listed }, ['a', 'b'], new Map([['a', push(1)]]), at(5)).listed).toBeNull()
  const moved = takeInList({ list: known.list, listed }, ['a', 'b'], new Map([['b', push(2)]]), at(5))
  expect(moved.listed?.map((each) => each.push)).toEqual([push(1), push(2)])
})

test('nothing is ever decided from half or less of the last good list before an hour is over', () => {
  const looks = fc.array(fc.tuple(fc.nat({ max: 10 }), fc.nat({ max: 30 })), { maxLength: 20 })
  fc.assert(
    fc.property(looks, (steps) => {
      let known = takeIn([0, tags(10)])
      let minute = 0
      let halvedAt: number | null = null
      for (const [waited, count] of steps) {
        minute += waited
        const before = known.list
        const { list, listed } = takeInList(known, tags(count), new Map(), at(minute))
        const isHalved = count * 2 <= before.count
        halvedAt = isHalved ? (halvedAt ?? minute) : null
        if (isHalved && list.doubt === null) expect(minute - (halvedAt ?? 0)).toBeGreaterThanOrEqual(60)
        if (list.doubt === null) halvedAt = null
        known = { list, listed: listed ?? known.listed }
        expect(present(known)).toHaveLength(known.list.count)
      }
    }),
  )
})
