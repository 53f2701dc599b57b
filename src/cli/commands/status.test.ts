import { expect, test } from 'vitest'
import { override, row } from '../../../test/fakes/decide-input.ts'
import { fakeDoors } from '../../../test/fakes/doors.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { runStatus } from './status.ts'

const since = '2026-11-20T11:00:00.000Z'
const by = { actor: 'alice', reason: 'the sale is on', since }

/** The state of one workload that a person pinned, and paused for a time that is over, and a pause of everything. */
async function statusOf(until: string | null) {
  const store = createMemoryStore()
  const workload = row().id
  await store.saveWorkload(row())
  await store.setOverride(override({ tag: '1.4', ...by }))
  await store.setPause({ workload, until, ...by })
  await store.setPause({ workload: null, until, ...by })
  const { doors, printed } = fakeDoors({ store })
  return { printed, show: (output: 'table' | 'json') => runStatus(doors, { output }) }
}

test('shows pins and pauses beside the state, and a pause of everything above all', async () => {
  const { printed, show } = await statusOf(null)

  expect(await show('table')).toBe(0)

  expect(printed[0]).toMatch(/^Everything is paused by alice, because "the sale is on"\.\n\nWORKLOAD/)
  expect(printed[0]).toContain('current, pinned, paused')
})

test('shows no pause whose time is over', async () => {
  const { printed, show } = await statusOf('2026-11-20T11:30:00.000Z')

  await show('table')
  await show('json')

  expect(printed[0]).toMatch(/^WORKLOAD/)
  expect(printed[0]).not.toContain('paused')
  expect(JSON.parse(printed[1] ?? '')).toMatchObject({ pause: null, workloads: [{ pause: null }] })
})

test('gives programs who said it, why and since when', async () => {
  const { printed, show } = await statusOf(null)

  await show('json')

  expect(JSON.parse(printed[0] ?? '')).toMatchObject({
    pause: { ...by, until: null },
    workloads: [{ pin: { tag: '1.4', digest: null, ...by }, pause: { ...by, until: null } }],
  })
})

test('tells above all which source of events cannot be read, and since when', async () => {
  const store = createMemoryStore()
  await store.saveWorkload(row())
  const reason = { code: 'EVENT_QUEUE_FORBIDDEN', sentence: 'there is no right to it' }
  await store.setSourceTroubles([{ source: 'ecr', reason, since }])
  const { doors, printed } = fakeDoors({ store, eventQueues: ['ecr'] })

  await runStatus(doors, { output: 'table' })
  await runStatus(doors, { output: 'json' })

  expect(printed[0]).toMatch(/^ecr cannot be read since 2026-11-20 11:00:00Z: there is no right to it\.\n/)
  expect(JSON.parse(printed[1] ?? '')).toMatchObject({
    sourceTroubles: [{ source: 'ecr', code: reason.code, reason: reason.sentence, since }],
  })
})
