import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { pullFailure } from './pull-failure.ts'

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
  ['the registry asks to wait', 'toomanyrequests: You have reached your pull rate limit.'],
  ['the engine could not pull it', 'something new'],
]

test.each(seen)('says that %s: %s', (what, message) => {
  const failure = pullFailure(new AppError('TARGET_PULL_FAILED', message))

  expect(failure).toMatchObject({
    code: 'TARGET_PULL_FAILED',
    message: expect.stringMatching(new RegExp(`^${what}: `)),
  })
})
