import { expect, test } from 'vitest'
import { ended, newer, workload } from '../../../test/fakes/decide-input.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { busySet, rivalOf } from './busy-set.ts'

const dependant = {
  instance: 'i',
  name: 'app',
  image: 'sha256:app',
  restart: 'no',
  wasRunning: true,
  by: ['network'],
} as const

const open = (name: string, change: Partial<Rollout> = {}): Rollout => ({
  ...ended(null, newer, 60),
  id: name,
  name,
  workload: `local/container/${name}`,
  stage: 'forward',
  endedAt: null,
  ...change,
})
const storeOf = (...rollouts: readonly Rollout[]) => ({ openRollouts: () => Promise.resolve(rollouts) })
const placed = (name: string, change: Partial<typeof workload> = {}) => ({
  ...workload,
  id: `local/container/${name}`,
  name,
  ...change,
})

const vpn = placed('vpn', { dependants: [dependant] })
const app = placed('app', { after: ['local/container/vpn'] })

test.each([
  ['what it uses is rolled out with it', app, open('vpn', { dependants: [dependant] }), true],
  ['what it uses is rolled out', app, open('vpn'), true],
  ['what uses it is rolled out', vpn, open('app'), true],
  ['both have a dependant in common', vpn, open('disk', { dependants: [dependant] }), true],
  ['that has passed and only keeps the old', app, open('vpn', { stage: 'kept' }), false],
  ['another workload is rolled out', app, open('other'), false],
  ['it is its own', vpn, open('vpn'), false],
])('a workload waits while %s: %#', async (_, subject, rollout, expected) => {
  const found = await busySet(storeOf(rollout), subject)

  expect(found?.state).toBe(expected ? 'rolling-out' : undefined)
  if (expected) expect(found).toMatchObject({ isRolloutDue: false, againInMs: 1000, waitsFor: rollout.workload })
})

test('a workload without a set asks for nothing', async () => {
  const store = { openRollouts: () => Promise.reject(new Error('asked')) }

  expect(await busySet(store, placed('alone'))).toBeNull()
})

test('of two that began at the same time the older goes on', async () => {
  const one = open('vpn', { id: 'a', dependants: [dependant] })
  const other = open('app', { id: 'b' })
  const store = storeOf(one, other)

  expect(await rivalOf(store, one, vpn)).toBeNull()
  expect(await rivalOf(store, other, app)).toBe(one)
})

test('a younger one that is on its way already goes on before an older one that was slower to begin', async () => {
  const slow = open('vpn', { id: 'a', dependants: [dependant], createdAt: '2026-11-20T10:00:00Z', attempted: [] })
  const quick = open('app', { id: 'b', createdAt: '2026-11-20T10:00:01Z', attempted: ['pull'] })

  expect(await rivalOf(storeOf(slow, quick), slow, vpn)).toBe(quick)
})
