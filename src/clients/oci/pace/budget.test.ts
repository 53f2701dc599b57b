import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBudgets } from './budget.ts'

const wallNow = Date.parse('2026-03-01T12:00:00Z')
const inSeconds = (seconds: number): string => `${wallNow / 1000 + seconds}`

test.each([
  [
    'Docker Hub: a window beside each number',
    { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600' },
    [{ limit: 100, remaining: 76, windowMs: 21_600_000, resetInMs: null }],
  ],
  [
    'the API of Docker Hub: the end as seconds since 1970',
    { 'x-ratelimit-limit': '180', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(40) },
    [{ limit: 180, remaining: 0, windowMs: null, resetInMs: 40_000 }],
  ],
  [
    'GitLab: the end as seconds since 1970 under the plain name',
    { 'ratelimit-limit': '2000', 'ratelimit-remaining': '1999', 'ratelimit-reset': inSeconds(60) },
    [{ limit: 2000, remaining: 1999, windowMs: null, resetInMs: 60_000 }],
  ],
  [
    'an early draft: seconds from now, further policies after the one in force',
    { 'ratelimit-limit': '10, 10;w=1, 50;w=60', 'ratelimit-remaining': '9', 'ratelimit-reset': '30' },
    [{ limit: 10, remaining: 9, windowMs: null, resetInMs: 30_000 }],
  ],
  [
    'the draft with one header',
    { ratelimit: 'limit=100, remaining=50, reset=5' },
    [{ limit: 100, remaining: 50, windowMs: null, resetInMs: 5000 }],
  ],
  [
    'the draft with named policies',
    { ratelimit: '"burst";r=3;t=10, "day";r=400;t=7200', 'ratelimit-policy': '"burst";q=10;w=60,"day";q=500;w=86400' },
    [
      { limit: 10, remaining: 3, windowMs: 60_000, resetInMs: 10_000 },
      { limit: 500, remaining: 400, windowMs: 86_400_000, resetInMs: 7_200_000 },
    ],
  ],
  ['more left than there is', { 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '9' }, [{ remaining: 5 }]],
  ['no header at all: no limit, not nought', {}, []],
  ['a limit without what is left of it', { 'ratelimit-limit': '100;w=21600' }, []],
  ['what is left without a limit', { 'ratelimit-remaining': '0' }, []],
  ['a limit of nought', { 'ratelimit-limit': '0', 'ratelimit-remaining': '0' }, []],
  ['words', { 'ratelimit-limit': 'unlimited', 'ratelimit-remaining': '-1' }, []],
])('reads %s', (_what, headers, expected) => {
  expect(readBudgets(headers, wallNow)).toMatchObject(expected)
})

test('an end in the past is none', () => {
  const headers = { 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': inSeconds(-9) }

  expect(readBudgets(headers, wallNow)).toMatchObject([{ resetInMs: null }])
})

test('understands any text without failing, and never more than four budgets', () => {
  const names = fc.constantFrom(
    'ratelimit',
    'ratelimit-policy',
    'ratelimit-limit',
    'ratelimit-remaining',
    'x-ratelimit-limit',
  )
  fc.assert(
    fc.property(fc.dictionary(names, fc.oneof(fc.string(), fc.stringMatching(/^[\d;=w"rqt, ]{0,60}$/))), (headers) => {
      const found = readBudgets(headers, wallNow)
      expect(found.length).toBeLessThanOrEqual(4)
      for (const { limit, remaining } of found) expect(remaining).toBeLessThanOrEqual(limit)
    }),
  )
})
