import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSenderTime } from './sender-time.ts'

const noon = Date.parse('2026-11-20T12:00:00Z')

test.each<[unknown, number | null]>([
  [noon / 1000, noon],
  [noon, noon],
  [noon / 1000 + 0.5, noon + 500],
  ['2026-11-20T12:00:00Z', noon],
  ['2026-11-20T13:00:00+01:00', noon],
  ['2016-03-09T14:44:26.402973972-08:00', Date.parse('2016-03-09T22:44:26.402Z')],
  ['2026-11-20T12:00:00', null],
  ['2026-11-20', null],
  ['yesterday', null],
  ['2026-13-40T12:00:00Z', null],
  ['', null],
  [0, null],
  [-1, null],
  [NaN, null],
  [Infinity, null],
  [1e300, null],
  [null, null],
  [undefined, null],
  [{}, null],
])('reads when something happened by its sender: %j', (said, ms) => {
  expect(readSenderTime(said)).toBe(ms)
})

test('whatever is said is a time that can be written, or none', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        fc.double(),
        fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
      ),
      (said) => {
        const ms = readSenderTime(said)
        expect(ms === null || /^\d{4}-/.test(new Date(ms).toISOString())).toBe(true)
      },
    ),
  )
})
