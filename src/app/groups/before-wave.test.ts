import { expect, test } from 'vitest'
import { digest, ended, now, row } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import type { WorkloadRow } from '../../store/store.ts'
import { beforeWave } from './before-wave.ts'

const [first, second] = [digest('a'), digest('b')]
const id = (name: string): string => `local/container/${name}`
const of = (name: string, change: Partial<WorkloadRow>): WorkloadRow => row({ id: id(name), group: 'shop', ...change })

/** `web` went from the first digest to the second in the wave of `shop`, a day after `db`, and is pushed again. */
async function pushedAgain(api: Partial<WorkloadRow>) {
  const store = createMemoryStore()
  const rolledOut = { ...ended('succeeded', second, 60, first), workload: id('web') }
  await store.saveRollout(rolledOut, { wave: 'shop' })
  await store.saveWorkload(of('web', { state: 'outdated' }))
  await store.saveWorkload(of('api', api))
  const old = { ...ended('succeeded', second, 86_400, first), id: 'db-1', workload: id('db') }
  await store.saveRollout(old, { wave: 'shop' })
  await store.saveWorkload(of('db', { state: 'current' }))
  const before = await beforeWave(store, 'shop', { workload: id('web'), fromDigest: second }, now)
  return { before, wave: (await store.wave('shop')).map(({ workload }) => workload) }
}

test.each([
  ['whose registry does not answer', { state: 'unknown', reason: { code: 'REGISTRY_UNAVAILABLE', sentence: '' } }],
  ['that is paused', { state: 'held', reason: { code: 'ROLLOUTS_PAUSED', sentence: '' } }],
  ['that is current', { state: 'current' }],
] as const)('a second push beside one %s counts by itself, and what went a day ago is let go', async (_, api) => {
  const { before, wave } = await pushedAgain(api)

  expect(before).toBe(second)
  expect(wave).toEqual([id('web')])
})

test.each([
  ['that is due', { state: 'outdated', reason: { code: 'DIGEST_MOVED', sentence: '' } }],
  ['that is tried again', { state: 'held', reason: { code: 'RETRY_LATER', sentence: '' } }],
] as const)('beside one %s it goes with the present wave', async (_, api) => {
  const { before, wave } = await pushedAgain(api)

  expect(before).toBe(first)
  expect(wave.toSorted()).toEqual([id('db'), id('web')])
})
