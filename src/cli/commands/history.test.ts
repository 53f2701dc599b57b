import { expect, test } from 'vitest'
import { ended, newer, running } from '../../../test/fakes/decide-input.ts'
import { fakeDoors } from '../../../test/fakes/doors.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { runHistory } from './history.ts'

/** The history of one rollout that was taken back, after printing `logTail`. */
async function historyOf(logTail: string) {
  const store = createMemoryStore()
  const rollout = { ...ended('rolled-back', newer, 10), logTail }
  const at = '2026-11-20T11:59:50.000Z'
  const reason = { code: 'EXITED', sentence: 'it exited with 1' }
  const { id, workload } = rollout
  await store.saveRollout(rollout, {
    history: {
      at,
      actor: null,
      workload,
      rollout: id,
      kind: 'rollout-ended',
      reason,
      fromDigest: running,
      toDigest: newer,
    },
  })
  const { doors, printed } = fakeDoors({ store })
  return { printed, show: (output: 'table' | 'json') => runHistory(doors, undefined, { output, limit: '50' }) }
}

test('shows what a failed version printed last, without its colours', async () => {
  const { printed, show } = await historyOf('starting\r\n\u001b[1;31mFATAL\u001b[0m no database\r\n\r\n')

  expect(await show('table')).toBe(0)

  expect(printed.join('\n')).toMatch(/it exited with 1\n +\| starting\n +\| FATAL no database$/)
})

test('gives programs all that was kept, as it was printed', async () => {
  const { printed, show } = await historyOf('\u001b[31mFATAL\u001b[0m')

  await show('json')

  expect(JSON.parse(printed.join(''))).toMatchObject([{ outcome: 'rolled-back', logTail: '\u001b[31mFATAL\u001b[0m' }])
})

test('says who did what a person did, and in which words', async () => {
  const store = createMemoryStore()
  const at = '2026-11-20T11:59:50.000Z'
  const reason = { code: 'PINNED', sentence: 'pinned to 1.4, because "the sale is on"' }
  const place = { workload: 'local/container/web', rollout: null, fromDigest: null, toDigest: null }
  await store.addHistory({ at, actor: 'alice', kind: 'pin', reason, ...place })
  const { doors, printed } = fakeDoors({ store })

  await runHistory(doors, undefined, { output: 'table', limit: '50' })
  await runHistory(doors, undefined, { output: 'json', limit: '50' })

  expect(printed[0]).toMatch(/WHAT +WHO +FROM > TO +WHY\n.* pin +alice +pinned to 1\.4, because "the sale is on"$/)
  expect(JSON.parse(printed[1] ?? '')).toMatchObject([{ kind: 'pin', actor: 'alice', reason: reason.sentence }])
})

test('has no column for who did it where nobody did anything', async () => {
  const { printed, show } = await historyOf('')

  await show('table')

  expect(printed[0]).not.toContain('WHO')
})
