import { describe, expect, test } from 'vitest'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { AppError } from '../../errors.ts'
import { createLog } from '../../lib/log.ts'
import { openProvenNetworks } from './proven-networks.ts'

function start() {
  const lines: string[] = []
  const store = createMemoryStore()
  const log = createLog('debug', 'plain', (line) => lines.push(line))
  return { lines, store, open: () => openProvenNetworks({ store, log }) }
}

describe('networks that proved themselves', () => {
  test('are known to the next process', async () => {
    const { open } = start()
    const first = await open()
    await first.add('203.0.113.7')
    await first.add('2001:db8:1::/64')

    const next = await open()

    expect([next.has('203.0.113.7'), next.has('2001:db8:1::/64'), next.has('203.0.113.8')]).toEqual([true, true, false])
  })

  test('are a thousand at most: who proved it the longest ago is forgotten', async () => {
    const { open, store } = start()
    await store.setProvenNetworks(Array.from({ length: 1_000 }, (_, at) => `network ${at}`))
    const networks = await open()
    await networks.add('network 0')
    await networks.add('one more')

    for (const each of [networks, await open()]) {
      const found = ['one more', 'network 0', 'network 1', 'network 2'].map((network) => each.has(network))
      expect(found).toEqual([true, true, false, true])
    }
  })

  test('are written once each', async () => {
    const { open, store } = start()
    let writes = 0
    const { setProvenNetworks } = store
    store.setProvenNetworks = (given) => {
      writes += 1
      return setProvenNetworks(given)
    }
    const networks = await open()
    for (const network of ['a', 'a', 'b', 'a']) await networks.add(network)

    expect(writes).toBe(2)
  })

  test('are known meanwhile where the state cannot be read or written, and the log says so', async () => {
    const { open, store, lines } = start()
    store.provenNetworks = () => Promise.reject(new AppError('STATE_UNREADABLE', 'it is torn'))
    store.setProvenNetworks = () => Promise.reject(new AppError('STATE_UNWRITABLE', 'the disk is full'))
    const networks = await open()
    await networks.add('a')

    expect(networks.has('a')).toBe(true)
    expect(lines.join('\n')).toMatch(/could not be read: it is torn[^]*could not be written: the disk is full/)
  })

  test('are written with the next that is sent where they could not be', async () => {
    const { open, store } = start()
    const { setProvenNetworks } = store
    store.setProvenNetworks = () => Promise.reject(new AppError('STATE_UNWRITABLE', 'the disk is full'))
    const networks = await open()
    await networks.add('a')
    store.setProvenNetworks = setProvenNetworks
    await networks.add('a')

    expect((await open()).has('a')).toBe(true)
  })
})
