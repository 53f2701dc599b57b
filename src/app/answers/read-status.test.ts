import { expect, test } from 'vitest'
import { ago, ended, newer, row } from '../../../test/fakes/decide-input.ts'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
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

  expect((await readStatus({ store, clock, limits: new Map(), targets: [{ name: 'local' }] })).workloads).toMatchObject(
    [{ state: 'rolling-out', reason: { code: 'ROLLOUT_OPEN', sentence: 'a rollout is at J4' }, candidate: newer }],
  )
})

test('one that only keeps its old version stands as it was decided', async () => {
  const store = createMemoryStore()
  await store.saveWorkload(row())
  await store.saveRollout({ ...ended('succeeded', newer, 0), stage: 'kept' })

  expect(await readStatus({ store, clock, limits: new Map(), targets: [{ name: 'local' }] })).toMatchObject({
    workloads: [{ state: 'current' }],
    rollouts: [],
  })
})

test('a target that the configuration names no more is not told as held: nobody could release it', async () => {
  const store = createMemoryStore()
  const { target } = ended('rolled-back', newer, 0)
  for (const [index, workload] of ['a', 'b'].entries()) {
    const gateFailure = { target, workload, digest: newer, at: ago(10) }
    await store.saveRollout({ ...ended('rolled-back', newer, index), workload }, { gateFailure })
  }
  const told = async (targets: readonly { readonly name: string }[]) =>
    (await readStatus({ store, clock, limits: new Map(), targets })).heldTargets

  expect(await told([{ name: target }])).toMatchObject([{ target, reason: { code: 'BRAKED' } }])
  expect(await told([{ name: 'other' }])).toEqual([])
})

test('tells why a queue of events cannot be read, and nothing of one that is read no more', async () => {
  const store = createMemoryStore()
  const trouble = {
    source: 'ecr',
    reason: { code: 'EVENT_QUEUE_FORBIDDEN', sentence: 'no right to it' },
    since: ago(60),
  }
  await store.setSourceTroubles([trouble, { ...trouble, source: 'of old' }])
  const status = await readStatus({ store, clock, limits: new Map(), targets: [], eventQueues: [{ name: 'ecr' }] })

  expect(status.sourceTroubles).toEqual([trouble])
})
