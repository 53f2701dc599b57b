import { expect, test } from 'vitest'
import { AppError, toAppError } from '../../errors.ts'
import { pullFailure, refusedOf } from './pull-failure.ts'

/** What engine 26.1.5 was seen to answer, and two that it is known for. */
const seen: readonly (readonly [string, string])[] = [
  [
    'the registry does not have it any more',
    'POST /images/create: manifest for 127.0.0.1:5000/web@sha256:00 not found: manifest unknown: manifest unknown',
  ],
  ['the image has nothing for this platform', 'no matching manifest for linux/amd64 in the manifest list entries'],
  [
    'the engine does not reach the registry',
    'POST /images/create: Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
  ],
  [
    'the registry refused the credentials',
    'POST /images/create: Get "http://127.0.0.1:5000/v2/a/manifests/sha256:00": no basic auth credentials',
  ],
  ["no space left on the engine's disk", 'failed to register layer: write /app: no space left on device'],
  ['the registry does not have it any more', 'unknown blob'],
  ['the answer of the registry was cut off', 'unexpected EOF'],
  ['the registry asks to wait', 'toomanyrequests: Rate exceeded'],
  ['there are no pulls left for now', 'toomanyrequests: You have reached your pull rate limit.'],
  ['the engine could not pull it', 'something new'],
]

test.each(seen)('says that %s: %s', (what, message) => {
  const failure = pullFailure(new AppError('TARGET_PULL_FAILED', message))

  expect(failure).toMatchObject({
    code: 'TARGET_PULL_FAILED',
    message: expect.stringMatching(new RegExp(`^${what}: `)),
  })
})

test.each([
  ['for as long as it says', 'toomanyrequests: retry-after: 2s, allowed: 44000/minute', 2000],
  ['for two minutes where the engine keeps that to itself', 'toomanyrequests: Rate exceeded', 120_000],
  [
    'in the words of the other image store too',
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://r.example/v2/a/blobs/sha256:00: 429 Too Many Requests - Server message: denied',
    120_000,
  ],
])('a registry that asks to wait is waited for %s', (_, message, retryAfterMs) => {
  expect(pullFailure(new AppError('TARGET_PULL_FAILED', message))).toMatchObject({ retryAfterMs })
})

test('a budget of pulls that is used up is waited for longer, and is about pulls alone', () => {
  const spent = pullFailure(
    new AppError('TARGET_PULL_FAILED', 'toomanyrequests: You have reached your pull rate limit.'),
  )
  const often = pullFailure(new AppError('TARGET_PULL_FAILED', 'toomanyrequests: Too Many Requests'))

  expect(spent).toMatchObject({ retryAfterMs: 900_000 })
  expect([spent, often].map((each) => refusedOf(toAppError(each)))).toEqual(['pulls', 'everything'])
})

test('nothing else is waited for', () => {
  expect(pullFailure(new AppError('TARGET_PULL_FAILED', 'layer 429 of 430: unexpected EOF'))).toMatchObject({
    retryAfterMs: undefined,
  })
})
