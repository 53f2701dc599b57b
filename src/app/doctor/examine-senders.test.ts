import { expect, test } from 'vitest'
import { ago } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { examineSenders } from './examine-senders.ts'

/** @param delays seconds between the date of an event and its coming, oldest first; null for one without a date */
async function examined(delays: readonly (number | null)[]) {
  const store = createMemoryStore()
  for (const [index, seconds] of delays.entries()) {
    const [key, receivedAt] = [`key-${index}`, ago(60 - index)]
    const occurredAt = seconds === null ? null : ago(60 - index + seconds)
    const from = { source: 'harbor', kind: 'pushed', occurredAt } as const
    const [registry, repository] = ['registry.example.com', 'web']
    await store.receiveEvents([{ key, registry, repository, tag: `${index}`, digest: null, receivedAt, from }])
  }
  return (await examineSenders({ store })).map(({ name, standing, sentence }) => [name, standing, sentence])
}

test.each([
  ['as it should be', [0, 5, 59]],
  ['no dates', [null, null, null, null]],
  ['one that was sent again', [4000, 1]],
  ['two that were', [4000, 4000]],
  ['a clock that was set since', [-4000, -4000, 0]],
])('nothing is told of %s', async (_, delays) => {
  expect(await examined(delays)).toEqual([])
})

test('a sender whose clock is ahead is told at once', async () => {
  expect(await examined([0, -300])).toEqual([
    ['harbor', 'doubtful', "its events are dated 5 min in the future: its clock is ahead of this machine's"],
  ])
})

test('a sender that is late each time may have a slow queue, or a clock that is behind', async () => {
  expect(await examined([0, 300, 400, 3700])).toEqual([
    ['harbor', 'doubtful', "what it tells comes 5 min late, or its clock is behind this machine's"],
  ])
})
