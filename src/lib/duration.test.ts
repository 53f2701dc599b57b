import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

describe('parseDuration', () => {
  test.each([
    ['0s', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ms })
  })

  test('says that a number alone needs a unit', () => {
    expect(parseDuration('300')).toEqual({ problem: 'needs a unit: 30s, 5m, 1h or 2d' })
  })

  test.each(['', 's', '-5s', '1.5h', '5 m', ' 5m', '5m ', '1h30m', '٣s', '1e3s', '0x1s'])('refuses %j', (text) => {
    expect(parseDuration(text)).toHaveProperty('problem')
  })

  test.each(['5M', '5min', '5y', '5constructor'])('names the units when the unit is wrong, as in %j', (text) => {
    expect(parseDuration(text)).toEqual({ problem: 'must end in one of the units ms, s, m, h, d and w' })
  })

  test('refuses what no clock can hold', () => {
    expect(parseDuration('9'.repeat(400) + 'd')).toEqual({ problem: 'must be at most 87660h' })
  })

  test('keeps to the range that it is given, both ends included', () => {
    const range = { minMs: 10_000, maxMs: 60_000 }

    expect(parseDuration('9s', range)).toEqual({ problem: 'must be at least 10s' })
    expect(parseDuration('10s', range)).toEqual({ ms: 10_000 })
    expect(parseDuration('1m', range)).toEqual({ ms: 60_000 })
    expect(parseDuration('61s', range)).toEqual({ problem: 'must be at most 1m' })
  })
})

describe('formatDuration', () => {
  test.each([
    [0, '0s'],
    [1500, '1500ms'],
    [90_000, '90s'],
    [300_000, '5m'],
    [1_209_600_000, '2w'],
  ])('writes %i as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('writes what parseDuration reads back to the same value', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), (ms) => {
        expect(parseDuration(formatDuration(ms))).toEqual({ ms })
      }),
    )
  })
})
