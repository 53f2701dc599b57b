import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createNotePace } from './note-pace.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] }))
afterEach(() => void vi.useRealTimers())

function start() {
  const flushed: number[] = []
  const pace = createNotePace(() => flushed.push(performance.now()))
  const began = performance.now()
  return { pace, times: () => flushed.map((at) => at - began) }
}

test('after a rest there is no waiting', () => {
  const { pace, times } = start()

  pace.flushSoon()
  vi.advanceTimersByTime(1)

  expect(times()).toEqual([0])
})

test('what comes soon after waits for what else comes', () => {
  const { pace, times } = start()
  pace.flushSoon()
  vi.advanceTimersByTime(4)

  pace.flushSoon()
  vi.advanceTimersByTime(5)
  expect(times()).toEqual([0])

  vi.advanceTimersByTime(5)
  expect(times()).toHaveLength(2)
})

test('what waits for the disk never waits for company', () => {
  const { pace, times } = start()
  pace.flushSoon()
  vi.advanceTimersByTime(4)

  pace.flushSoon()
  pace.flushNow()
  pace.flushNow()
  vi.advanceTimersByTime(1)

  expect(times()).toEqual([0, 4])
})

test('what comes in thousands is written together, the first of it at once', () => {
  const { pace, times } = start()
  for (let ms = 0; ms < 12; ms += 1) {
    pace.flushTogether()
    pace.flushTogether()
    vi.advanceTimersByTime(1)
  }
  vi.advanceTimersByTime(100)

  // A millisecond more each time until the clock of the test comes to what is ready to run.
  expect(times()).toEqual([0, 6, 11, 16])
})

test('after a rest nothing of it waits', () => {
  const { pace, times } = start()
  pace.flushTogether()
  vi.advanceTimersByTime(5)

  pace.flushTogether()
  vi.advanceTimersByTime(1)

  expect(times()).toEqual([0, 5])
})
