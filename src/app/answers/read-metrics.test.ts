import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { row } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { createRolloutCounts } from '../rollouts/rollout-counts.ts'
import { readMetrics } from './read-metrics.ts'

async function start() {
  const store = createMemoryStore()
  const clock = startFakeClock()
  await store.saveWorkload({ ...row(), id: 'local/container/web' })
  await store.saveWorkload({ ...row(), id: 'local/container/db' })
  await store.saveWorkload({ ...row(), id: 'shop/compose/shop/web', state: 'held' })
  const rolloutCounts = createRolloutCounts(['local'])
  const app = { store, clock, limits: new Map(), targets: [{ name: 'local' }, { name: 'shop' }], rolloutCounts }
  return { rolloutCounts, read: () => readMetrics(app) }
}

test('counts workloads by target and state, and rollouts by how they ended', async () => {
  const { rolloutCounts, read } = await start()
  rolloutCounts.note({ target: 'local', outcome: 'succeeded' })
  rolloutCounts.note({ target: 'local', outcome: 'succeeded' })
  rolloutCounts.note({ target: 'local', outcome: 'rolled-back' })
  rolloutCounts.note({ target: 'shop', outcome: 'succeeded' })

  const { rollouts, ...rest } = await read()

  expect(rollouts.filter(({ count }) => count > 0)).toEqual([
    { target: 'local', outcome: 'succeeded', count: 2 },
    { target: 'local', outcome: 'rolled-back', count: 1 },
    { target: 'shop', outcome: 'succeeded', count: 1 },
  ])
  expect(rollouts).toContainEqual({ target: 'local', outcome: 'needs-human', count: 0 })
  expect(rest).toEqual({
    isHeld: false,
    heldTargets: [],
    workloads: [
      { target: 'local', state: 'current', count: 2 },
      { target: 'shop', state: 'held', count: 1 },
    ],
    senders: [],
    registries: { budgets: [], lanes: [], circuits: [], suspicious: [], requests: [] },
  })
})
