import { expect, test } from 'vitest'
import { startFakeClock } from '../../test/fakes/clock.ts'
import { createFailureLimit, networkOf } from './failure-limit.ts'

test('counts by address, and begins again after a minute', () => {
  const clock = startFakeClock()
  const limit = createFailureLimit(clock)

  expect(limit.count('10.0.0.1').failures).toBe(1)
  expect(limit.count('10.0.0.1')).toEqual({ failures: 2, restMs: 60_000 })
  expect(limit.count('10.0.0.2').failures).toBe(1)
  clock.advance(60_000)

  expect(limit.count('10.0.0.1').failures).toBe(1)
})

test('forgets the first of too many addresses, so that they cannot fill the memory', () => {
  const limit = createFailureLimit(startFakeClock())
  limit.count('10.0.0.1')

  for (let index = 0; index < 10_000; index += 1) limit.count(`10.1.${index >> 8}.${index & 255}`)

  expect(limit.count('10.0.0.1').failures).toBe(1)
})

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
