import { expect, test } from 'vitest'
import { ended, newer, row } from '../../test/fakes/decide-input.ts'
import { startFakeClock } from '../../test/fakes/clock.ts'
import { createMemoryStore } from '../../test/fakes/store.ts'
import { readStatus } from './read-status.ts'

const clock = startFakeClock()

test('a workload stands as its rollout does while one is under way', async () => {
  const store = createMemoryStore()
  await store.saveWorkload(row())
  await store.saveRollout({
    ...ended('succeeded', newer, 0),
    stage: 'forward',
    outcome: null,
    endedAt: null,
    step: 'J4',
  })

  expect((await readStatus({ store, clock })).workloads).toMatchObject([
    { state: 'rolling-out', reason: { code: 'ROLLOUT_OPEN', sentence: 'a rollout is at J4' }, candidate: newer },
  ])
})

test('one that only keeps its old version stands as it was decided', async () => {
  const store = createMemoryStore()
  await store.saveWorkload(row())
  await store.saveRollout({ ...ended('succeeded', newer, 0), stage: 'kept' })

  expect(await readStatus({ store, clock })).toMatchObject({ workloads: [{ state: 'current' }], rollouts: [] })
})
