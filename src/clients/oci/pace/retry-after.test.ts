import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const date = new Date(now).toUTCString()

test.each([
  ['seconds', { 'retry-after': '120' }, '', 120_000],
  ['zero as the least pause', { 'retry-after': '0' }, '', 1000],
  ['a negative number as the least pause', { 'retry-after': '-5' }, '', 1000],
  ['ten days as an hour', { 'retry-after': '864000' }, '', 3_600_000],
  ['a date', { 'retry-after': new Date(now + 30_000).toUTCString() }, '', 30_000],
  ['a date that is past as the least pause', { 'retry-after': new Date(now - 30_000).toUTCString() }, '', 1000],
  ['nothing as a minute', {}, '', 60_000],
  ['nonsense as a minute', { 'retry-after': 'soon' }, '', 60_000],
  ["Docker Hub's time since 1970", { 'x-retry-after': String(now / 1000 + 90) }, '', 90_000],
  ["GHCR's text", {}, 'toomanyrequests: retry-after: 331.163µs, allowed: 44000/minute', 1000],
  ["GHCR's text with minutes", {}, 'retry-after: 1m30.5s, allowed: 44000/minute', 90_500],
])('reads %s', (_what, headers, body, expected) => {
  expect(retryAfterMs({ ...headers, date }, body, 0)).toBe(expected)
})

test('reads dates against the clock of the registry, and against ours when it shows none', () => {
  const headers = { 'retry-after': new Date(now + 10_000).toUTCString() }

  expect(retryAfterMs({ ...headers, date }, '', now + 3_000_000)).toBe(10_000)
  expect(retryAfterMs(headers, '', now + 4000)).toBe(6000)
})
