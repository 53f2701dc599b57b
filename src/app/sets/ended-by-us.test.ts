import { expect, test } from 'vitest'
import { ended, running } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { wasEndedByUs } from './ended-by-us.ts'

const first = '2026-11-20T11:00:00.123456789Z'
const later = '2026-11-20T12:00:00.123456789Z'

test.each([
  ['the run that a restart was to end', 'app-id', first, true],
  ['a later run', 'app-id', later, false],
  ['a run of another container', 'other-id', first, false],
])('tells whether it was us of %s', async (_, instance, run, expected) => {
  const store = createMemoryStore()
  const rollout = { ...ended('failed', running, 10), oldInstance: 'app-id', endedRun: first }
  await store.saveRollout(rollout)
  await store.saveRollout({ ...ended('failed', running, 5), id: 'another' })

  expect(await wasEndedByUs(store, rollout.workload, instance, run)).toBe(expected)
})
