import { expect, test } from 'vitest'
import { createConnectionTurns } from './connection-turns.ts'

test('lets one in at a time, in the order in which they came', async () => {
  const turns = createConnectionTurns()
  const seen: string[] = []
  const work = async (name: string): Promise<void> => {
    await turns.begin()
    seen.push(`${name} begins`)
    await Promise.resolve()
    seen.push(`${name} ends`)
    turns.end()
  }

  await Promise.all(['first', 'second', 'third'].map(work))

  expect(seen).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]))
})

test('is free again once the last has ended', async () => {
  const turns = createConnectionTurns()
  await turns.begin()
  turns.end()

  await expect(turns.begin()).resolves.toBeUndefined()
})
