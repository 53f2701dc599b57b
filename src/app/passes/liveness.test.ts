import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { createLiveness } from './liveness.ts'

const minuteMs = 60_000

function watched() {
  const clock = startFakeClock()
  const liveness = createLiveness(clock)
  return { clock, liveness, pulse: liveness.watch('local') }
}

test('a loop that rests is not late, however long it means to', () => {
  const { clock, liveness, pulse } = watched()

  pulse.rest(7 * 24 * 60 * minuteMs)
  clock.advance(7 * 24 * 60 * minuteMs)

  expect(liveness.late()).toEqual([])
})

test('a loop that does not come back from its rest is late', () => {
  const { clock, liveness, pulse } = watched()

  pulse.rest(minuteMs)
  clock.advance(2 * minuteMs + 1)

  expect(liveness.late()).toEqual(['local'])
})

test('a turn that never ends is late, and the first one too', () => {
  const { clock, liveness, pulse } = watched()

  clock.advance(5 * minuteMs + 1)
  expect(liveness.late()).toEqual(['local'])
  pulse.work()
  expect(liveness.late()).toEqual([])
  clock.advance(5 * minuteMs + 1)

  expect(liveness.late()).toEqual(['local'])
})

test('one late loop is told beside others of its name that are not', () => {
  const { clock, liveness, pulse } = watched()
  const other = liveness.watch('local')

  clock.advance(4 * minuteMs)
  other.work()
  clock.advance(2 * minuteMs)

  expect(liveness.late()).toEqual(['local'])
  pulse.end()
  expect(liveness.late()).toEqual([])
})
