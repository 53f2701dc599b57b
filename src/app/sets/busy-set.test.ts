import { describe, expect, test } from 'vitest'
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

test('what has to follow a rollout waits for its end, however far away, and neither is begun beside the other', async () => {
  const rollout = open('vpn', { id: 'a', followedBy: ['local/container/debug', 'local/container/far'] })
  const far = placed('far', { after: ['local/container/debug'] })
  const debug = open('debug', { id: 'b' })

  expect(await busySet(storeOf(rollout), far)).toMatchObject({ waitsFor: 'local/container/vpn' })
  expect(await rivalOf(storeOf(rollout, debug), debug, placed('debug', { after: ['local/compose/shop/web'] }))).toBe(
    rollout,
  )
  expect(await rivalOf(storeOf({ ...rollout, id: 'c' }, debug), { ...rollout, id: 'c' }, placed('vpn'))).toBe(debug)
})

test('what has to follow a rollout waits for it also when what it lived in is gone already', async () => {
  const rollout = open('vpn', { followedBy: ['local/container/debug'] })
  const follows = { how: 'recreate', provider: '', sentence: 'it lives in what is gone', isLeftStopped: false } as const

  expect(await busySet(storeOf(rollout), placed('debug', { follows }))).toMatchObject({
    waitsFor: 'local/container/vpn',
  })
  expect(await busySet(storeOf(open('vpn')), placed('debug', { follows }))).toBeNull()
})

test('a Compose service waits while the one of its project is rolled out with which it is made again', async () => {
  const definition = { files: [], edit: null, followers: ['sidecar'], isDivisible: false, hash: null }
  const rollout = open('shop/web', { workload: 'local/compose/shop/web', definition })
  const follows = { how: 'recreate', provider: 'shop-web-1', sentence: 'it is another', isLeftStopped: false } as const
  const sidecar = (name: string) => placed(name, { id: `local/compose/shop/${name}`, kind: 'compose', follows })

  expect(await busySet(storeOf(rollout), sidecar('sidecar'))).toMatchObject({ waitsFor: rollout.workload })
  expect(await busySet(storeOf(rollout), sidecar('other'))).toBeNull()
})

test('a Compose service waits for what it lives in of another project, and not for what it depends on in its own', async () => {
  const web = placed('web', {
    id: 'local/compose/shop/web',
    kind: 'compose',
    after: ['local/compose/shop/db', 'local/compose/files/data'],
  })
  const of = (name: string) => open(name, { workload: `local/compose/${name}` })

  expect(await busySet(storeOf(of('shop/db')), web)).toBeNull()
  expect(await busySet(storeOf(of('files/data')), web)).toMatchObject({ state: 'rolling-out' })
})

describe('a Compose service that shares its files with one that has to follow a rollout', () => {
  const first = open('vpn', { id: 'a', followedBy: ['local/compose/shop/sync'] })
  const api = placed('api', { id: 'local/compose/shop/api', kind: 'compose' })
  const own = open('shop/api', { id: 'b', workload: api.id })

  test('waits for its end, since each would find them changed by the other', async () => {
    const found = await busySet(storeOf(first), api)

    expect(found).toMatchObject({ state: 'rolling-out', waitsFor: first.workload })
    expect(found?.reason.sentence).toBe('it shares its files with what follows vpn, whose rollout is at J0')
    const elsewhere = placed('api', { id: 'local/compose/files/api', kind: 'compose' })
    expect(await busySet(storeOf(first), elsewhere)).toBeNull()
    expect(await busySet(storeOf({ ...first, stage: 'kept' }), api)).toBeNull()
  })

  test('makes room where both were begun at the same time', async () => {
    expect(await rivalOf(storeOf(first, own), own, api)).toBe(first)
    expect(await rivalOf(storeOf(first, own), first, placed('vpn'))).toBeNull()
    const slow = { ...first, id: 'c' }
    expect(await rivalOf(storeOf(slow, own), slow, placed('vpn'))).toBe(own)
  })
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
