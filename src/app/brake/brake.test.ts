import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import type { GateFailure } from '../../store/store.ts'
import { brakeOf } from './brake.ts'

const start = Date.parse('2026-11-20T12:00:00Z')
const failed = (of: string, minutes: number, name = 'web'): GateFailure => ({
  target: 'local',
  workload: `local/container/${name}`,
  digest: digest(of),
  at: new Date(start + minutes * 60_000).toISOString(),
})

describe('the brake', () => {
  test.each<[string, readonly GateFailure[], RegExp | null]>([
    ['is off without failures', [], null],
    ['is off after one', [failed('a', 0)], null],
    [
      'is set by the same digest on two workloads',
      [failed('a', 0), failed('a', 9000, 'api')],
      /twice, on .*web and .*api/,
    ],
    [
      'is set by the same digest twice on one workload',
      [failed('a', 0), failed('b', 1), failed('a', 2)],
      /twice, on .*web$/,
    ],
    ['is off after two different ones', [failed('a', 0), failed('b', 1)], null],
    [
      'is set by three different ones within 15 minutes',
      [failed('a', 0), failed('b', 1), failed('c', 15)],
      /3 different/,
    ],
    ['is off when they lie further apart', [failed('a', 0), failed('b', 1), failed('c', 15.1)], null],
    ['counts any 15 minutes', [failed('a', 0), failed('b', 20), failed('c', 25), failed('d', 34)], /3 different/],
  ])('%s', (_, failures, sentence) => {
    const brake = brakeOf(failures)

    if (sentence === null) expect(brake).toBeNull()
    else expect(brake?.reason).toMatchObject({ code: 'BRAKED', sentence: expect.stringMatching(sentence) })
  })

  test('is set since the failure that set it, whatever fails afterwards', () => {
    const second = failed('a', 3, 'api')

    expect(brakeOf([failed('a', 0), second, failed('a', 9)])?.since).toBe(second.at)
  })

  test('stays, whatever else fails', () => {
    const failures = fc.array(fc.tuple(fc.constantFrom(...'abcd'), fc.integer({ min: 0, max: 60 })), { maxLength: 8 })

    fc.assert(
      fc.property(failures, failures, (before, since) => {
        const rows = [...before, ...since].map(([of, minutes]) => failed(of, minutes))
        const first = rows.slice(0, before.length)
        if (brakeOf(first) !== null) expect(brakeOf(rows)).toEqual(brakeOf(first))
      }),
    )
  })
})
