import { expect, test } from 'vitest'
import { createBodyRoom } from './body-room.ts'

function start(capacity = 100) {
  const ended: string[] = []
  const room = createBodyRoom(capacity)
  return { ended, take: (name: string, bytes: number) => room.take(bytes, () => ended.push(name)) }
}

test('ends the oldest that is still on its way when another one needs its room', () => {
  const { take, ended } = start()
  take('first', 40)
  take('second', 40)

  expect(take('third', 40)).not.toBeNull()
  expect(ended).toEqual(['first'])

  expect(take('fourth', 90)).not.toBeNull()
  expect(ended).toEqual(['first', 'second', 'third'])
})

test('ends none that is there as a whole, and none that has left', () => {
  const { take, ended } = start()
  take('whole', 60)?.keep()
  const gone = take('gone', 40)
  gone?.leave()
  gone?.leave()

  expect(take('new', 40)).not.toBeNull()
  expect(take('too large', 41)).toBeNull()
  expect(ended).toEqual([])
})

test('has all of its room again once all have left', () => {
  const { take, ended } = start()
  const taken = [take('first', 60), take('second', 60), take('third', 30)]
  for (const each of taken) {
    each?.keep()
    each?.leave()
  }

  expect(take('all', 100)).not.toBeNull()
  expect(ended).toEqual(['first'])
})

test('has none for what is larger than all of it', () => {
  const { take, ended } = start()
  take('first', 60)

  expect(take('huge', 101)).toBeNull()
  expect(ended).toEqual([])
})
