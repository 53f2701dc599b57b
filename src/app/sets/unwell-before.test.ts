import { expect, test } from 'vitest'
import { unwellAmong, unwellBefore } from './unwell-before.ts'

const partOf = { rollout: 'first', way: 'forth' } as const
const vpn = { id: 'local/container/vpn', unwell: ['local/container/vpn', 'local/container/app'] }

test('a rollout remembers who of its set was not well, but proves its own version', () => {
  const found = unwellBefore(vpn, { follows: false, unwell: ['local/container/far', 'local/container/app'] })

  expect(found).toEqual({ unwellBefore: ['local/container/app', 'local/container/far'] })
})

test('it remembers nothing where all were well', () => {
  expect(unwellBefore({ id: 'local/container/vpn' }, { follows: false, unwell: [] })).toEqual({})
})

test('a part goes by what was seen before its provider was touched', () => {
  expect(unwellBefore(vpn, { follows: true, unwell: [], partOf })).toEqual({})
  expect(unwellBefore({ id: vpn.id }, { follows: true, unwell: [vpn.id], partOf })).toEqual({ unwellBefore: [vpn.id] })
})

test('what follows by itself proves itself, since it may be ill because of what it follows', () => {
  expect(unwellBefore(vpn, { follows: true, unwell: [] })).toEqual({})
})

test('a part is told of itself and its dependants alone', () => {
  const dependant = { instance: 'i', name: 'app', image: 'sha256:1', restart: 'no', wasRunning: true, by: [] }
  const first = { unwellBefore: ['local/container/other', 'local/container/app', vpn.id] }

  expect(unwellAmong(first, { id: vpn.id, target: 'local', dependants: [dependant] })).toEqual([
    'local/container/app',
    vpn.id,
  ])
  expect(unwellAmong({}, { id: vpn.id, target: 'local' })).toEqual([])
})
