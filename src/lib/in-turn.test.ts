import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createTurns } from './in-turn.ts'

/** Work that a test ends, and what of it has begun. */
function startWork() {
  const begun: string[] = []
  const ends = new Map<string, { end(value: string): void; fail(error: Error): void }>()
  return {
    begun,
    work: (name: string) => () =>
      new Promise<string>((resolve, reject) => {
        begun.push(name)
        ends.set(name, { end: resolve, fail: reject })
      }),
    end: (name: string) => ends.get(name)?.end(name),
    fail: (name: string) => ends.get(name)?.fail(new Error(name)),
  }
}

describe('work under one key', () => {
  test('is done in the order of asking, one at a time', async () => {
    const turns = createTurns()
    const { begun, work, end } = startWork()
    const all = ['a', 'b', 'c'].map((name) => turns('key', work(name)))
    await setImmediate()
    expect(begun).toEqual(['a'])

    end('a')
    await all[0]
    await setImmediate()
    expect(begun).toEqual(['a', 'b'])
    end('b')
    await all[1]
    end('c')

    expect(await Promise.all(all)).toEqual(['a', 'b', 'c'])
  })

  test('that fails tells only who asked for it, and the next has its turn', async () => {
    const turns = createTurns()
    const { work, fail, end } = startWork()
    const first = turns('key', work('a'))
    const second = turns('key', work('b'))
    await setImmediate()

    fail('a')
    await expect(first).rejects.toThrow('a')
    end('b')

    expect(await second).toBe('b')
  })

  test('that throws before it waits holds up nothing either', async () => {
    const turns = createTurns()
    const throws = () => {
      throw new Error('at once')
    }

    await expect(turns('key', throws)).rejects.toThrow('at once')
    expect(await turns('key', async () => 'next')).toBe('next')
  })

  test('does not wait for that of another', async () => {
    const turns = createTurns()
    const { work, end } = startWork()
    const waiting = turns('key', work('a'))

    expect(await turns('other', async () => 'done')).toBe('done')
    end('a')
    await waiting
  })

  test('may be asked for once more when all of it is done', async () => {
    const turns = createTurns()
    await turns('key', async () => 1)

    expect(await turns('key', async () => 2)).toBe(2)
  })
})
