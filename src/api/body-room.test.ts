import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBodyRoom } from './body-room.ts'

function start(capacity = 100) {
  const ended: string[] = []
  const room = createBodyRoom(capacity)
  const open = (name: string, network = 'one') => room.open(network, () => ended.push(name))
  return { ended, open }
}

describe('of one network', () => {
  test('the body that has been on its way the longest gives way', () => {
    const { open, ended } = start()
    open('first').grow(40)
    open('second').grow(40)

    expect(open('third').grow(40)).toBe(true)
    expect(ended).toEqual(['first'])

    expect(open('fourth').grow(90)).toBe(true)
    expect(ended).toEqual(['first', 'second', 'third'])
  })

  test('that may be the one that grows', () => {
    const { open, ended } = start()
    const first = open('first')
    first.grow(40)
    open('second').grow(40)

    expect(first.grow(61)).toBe(false)
    expect(ended).toEqual(['first'])
    expect(first.grow(1)).toBe(false)
    expect(open('third').grow(60)).toBe(true)
  })

  test('none is ended that is there as a whole, and none that has left', () => {
    const { open, ended } = start()
    const whole = open('whole')
    whole.grow(60)
    whole.keep()
    const gone = open('gone')
    gone.grow(40)
    gone.leave()
    gone.leave()

    expect(open('new').grow(40)).toBe(true)
    expect(ended).toEqual([])
    expect(open('too large').grow(41)).toBe(false)
    expect(ended).toEqual(['new', 'too large'])
  })

  test('all of the room is there again once all have left', () => {
    const { open, ended } = start()
    for (const bytes of [60, 30, 10]) {
      const taken = open('each')
      taken.grow(bytes / 2)
      taken.grow(bytes)
      taken.keep()
      taken.leave()
    }

    expect(open('all').grow(100)).toBe(true)
    expect(ended).toEqual([])
  })

  test('what nothing has come of takes nothing', () => {
    const { open, ended } = start()
    for (let times = 0; times < 1000; times += 1) open('announced')

    expect(open('sent').grow(100)).toBe(true)
    expect(ended).toEqual([])
  })
})

test('the network that takes most pushes out its own alone', () => {
  const { open, ended } = start()
  const mine = open('mine', 'me')
  mine.grow(30)
  for (let index = 0; index < 20; index += 1) open('theirs', 'they').grow(20)

  expect(mine.grow(50)).toBe(true)
  expect(new Set(ended)).toEqual(new Set(['theirs']))
})

describe('whatever is sent by whomever', () => {
  const capacity = 1_000
  const step = fc.record({
    who: fc.nat(4),
    which: fc.nat(5),
    what: fc.constantFrom('grow', 'grow', 'grow', 'grow', 'keep', 'leave'),
    bytes: fc.integer({ min: 1, max: 300 }),
  })

  test('it is never more than there is, and who takes no more than a fair share loses nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const room = createBodyRoom(capacity)
        interface Held {
          readonly who: number
          readonly taken: ReturnType<typeof room.open>
          bytes: number
          isKept: boolean
        }
        const held = new Map<string, Held>()
        const sum = (of: (each: Held) => boolean) =>
          [...held.values()].filter(of).reduce((bytes, each) => bytes + each.bytes, 0)

        for (const { who, which, what, bytes } of steps) {
          const key = `${who} ${which}`
          const open = (): Held => {
            const taken = room.open(`${who}`, () => {
              const coming = [...held.values()].filter(({ isKept }) => !isKept)
              const fairShare = (capacity - sum(({ isKept }) => isKept)) / new Set(coming.map((each) => each.who)).size
              expect(sum((each) => each.who === who && !each.isKept)).toBeGreaterThan(fairShare)
              expect(held.get(key)).toMatchObject({ isKept: false })
              held.delete(key)
            })
            return { who, taken, bytes: 0, isKept: false }
          }
          const one = held.get(key) ?? open()
          if (what === 'leave') {
            held.delete(key)
            one.taken.leave()
          } else if (what === 'keep' && held.has(key)) {
            one.isKept = true
            one.taken.keep()
          } else if (what === 'grow' && !one.isKept) {
            // As its network means to have it: what it asks for counts when it is told who takes most.
            one.bytes += bytes
            held.set(key, one)
            expect(one.taken.grow(one.bytes)).toBe(held.has(key))
          }
          expect(sum(() => true)).toBeLessThanOrEqual(capacity)
        }
        const kept = sum(({ isKept }) => isKept)
        expect(room.open('new', () => {}).grow(capacity - kept + 1)).toBe(false)
        for (const { taken } of held.values()) taken.leave()
        expect(room.open('all', () => {}).grow(capacity)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
