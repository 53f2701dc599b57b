import { expect, test } from 'vitest'
import { createFakeTiming } from '../../../../test/fakes/oci-client.ts'
import { AppError } from '../../../errors.ts'
import { createCircuits } from './circuit.ts'
import type { Force } from './circuit.ts'

const error = new AppError('REGISTRY_UNAUTHORIZED', 'no')
const minuteMs = 60_000

function setUp() {
  const timing = createFakeTiming()
  const circuits = createCircuits(timing, { firstMs: 15 * minuteMs, mostMs: 360 * minuteMs })
  return { timing, circuits, isOpen: (force: Force = 'never') => circuits.enter('a', force) !== null }
}

test('lets everything through until it is opened, and then nothing until the time is over', () => {
  const { timing, circuits, isOpen } = setUp()
  expect(isOpen()).toBe(false)
  expect(circuits.open('a', error)).toBe(true)
  timing.advance(15 * minuteMs - 1)

  expect(isOpen()).toBe(true)
  expect(circuits.enter('b', 'never')).toBeNull()
})

test('lets one probe through when the time is over, and the others wait for it', () => {
  const { timing, circuits, isOpen } = setUp()
  circuits.open('a', error)
  timing.advance(15 * minuteMs)

  expect([isOpen(), isOpen(), isOpen()]).toEqual([false, true, true])
  circuits.close('a')
  expect([isOpen(), isOpen()]).toEqual([false, false])
})

test('doubles with each probe that fails, up to the longest', () => {
  const { timing, circuits, isOpen } = setUp()
  circuits.open('a', error)
  const waits: number[] = []
  for (let round = 0; round < 7; round += 1) {
    let minutes = 0
    for (; isOpen(); minutes += 15) timing.advance(15 * minuteMs)
    waits.push(minutes)
    expect(circuits.open('a', error)).toBe(false)
  }

  expect(waits).toEqual([15, 30, 60, 120, 240, 360, 360])
})

test('what was under way when it opened does not double it', () => {
  const { timing, circuits, isOpen } = setUp()
  for (let index = 0; index < 16; index += 1) circuits.open('a', error)
  timing.advance(15 * minuteMs)

  expect(isOpen()).toBe(false)
})

test('a probe that ended without telling lets another one try', () => {
  const { timing, circuits, isOpen } = setUp()
  circuits.open('a', error)
  timing.advance(15 * minuteMs)
  expect(isOpen()).toBe(false)
  circuits.release('a')

  expect(isOpen()).toBe(false)
})

test('who forces a probe gets through, and its failure neither doubles nor begins the time again', () => {
  const { timing, circuits, isOpen } = setUp()
  circuits.open('a', error)
  timing.advance(10 * minuteMs)
  expect(isOpen('always')).toBe(false)
  circuits.open('a', error)
  timing.advance(4 * minuteMs)
  expect(isOpen()).toBe(true)

  timing.advance(minuteMs)
  expect(isOpen()).toBe(false)
})

test('who may force it once tries alone, and not what was refused just now', () => {
  const { timing, circuits, isOpen } = setUp()
  circuits.open('a', error)
  timing.advance(9_999)
  expect(isOpen('once')).toBe(true)
  timing.advance(1)
  expect([isOpen('once'), isOpen('once')]).toEqual([false, true])

  circuits.open('a', error)
  expect(isOpen('once')).toBe(true)
  timing.advance(10_000)
  expect(isOpen('once')).toBe(false)
})

test('a clock that is set changes nothing', () => {
  const timing = createFakeTiming()
  let wall = 0
  const circuits = createCircuits({ now: timing.now, wallNow: () => wall }, { firstMs: 1000, mostMs: 2000 })
  circuits.open('a', error)
  wall = 86_400_000

  expect(circuits.enter('a', 'never')).not.toBeNull()
  expect(circuits.standing()).toEqual([{ key: 'a', error, until: 1000, isProbing: false }])
})
