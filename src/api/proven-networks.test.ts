import { expect, test } from 'vitest'
import { createProvenNetworks } from './proven-networks.ts'

test('forgets who proved it the longest ago, beyond a thousand', () => {
  const networks = createProvenNetworks()
  for (let at = 0; at < 1_000; at += 1) networks.add(`network ${at}`)
  networks.add('network 0')
  networks.add('one more')

  expect(networks.has('one more')).toBe(true)
  expect(networks.has('network 0')).toBe(true)
  expect(networks.has('network 1')).toBe(false)
  expect(networks.has('network 2')).toBe(true)
})
