import { expect, test } from 'vitest'
import { startFakeClock } from '../../test/fakes/clock.ts'
import { createFailureLimit } from './failure-limit.ts'

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

test('counts a whole /64 of IPv6 as one', () => {
  const limit = createFailureLimit(startFakeClock())

  limit.count('2001:db8:1:2::9')

  expect(limit.count('2001:db8:1:2:3:4:5:6').failures).toBe(2)
  expect(limit.count('2001:db8:1:3::9').failures).toBe(1)
})

test('takes no more memory for a million addresses than for ten thousand', () => {
  const limit = createFailureLimit(startFakeClock())
  const count = (from: number, to: number): void => {
    for (let index = from; index < to; index += 1) limit.count(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`)
  }
  count(0, 20_000)
  const before = process.memoryUsage().heapUsed

  count(20_000, 1_000_000)

  // What the garbage collector has not come to yet is in it; a million entries would take over 100 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024)
  expect(limit.size).toBeLessThanOrEqual(10_000)
})
