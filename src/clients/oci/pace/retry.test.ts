import { expect, test } from 'vitest'
import { createFakeTiming } from '../../../../test/fakes/oci-client.ts'
import { AppError, type ErrorCode } from '../../../errors.ts'
import { retrying } from './retry.ts'

const signal = new AbortController().signal
const limits = { tries: 3, retryWithinMs: 10_000 }

async function run(code: ErrorCode, random: () => number, given = limits, stop = signal) {
  const timing = { ...createFakeTiming(), random }
  let attempts = 0
  const failing = retrying({ timing, limits: given }, stop, async () => {
    attempts += 1
    throw new AppError(code, 'no')
  })
  const failed = await failing.catch((error: unknown) => error)
  return { attempts, slept: timing.slept, failed }
}

test.each([
  [0, [0, 0]],
  [0.5, [250, 500]],
  [0.999, [499.5, 999]],
])('waits for anything from nothing on, up to twice as long each time: %d', async (chance, slept) => {
  expect((await run('REGISTRY_UNAVAILABLE', () => chance)).slept).toEqual(slept)
})

test.each([
  ['REGISTRY_UNAVAILABLE', 3],
  ['REGISTRY_INTEGRITY', 2],
  ['REGISTRY_RATE_LIMITED', 1],
  ['REGISTRY_UNAUTHORIZED', 1],
  ['REGISTRY_FORBIDDEN', 1],
  ['REGISTRY_NOT_FOUND', 1],
  ['REGISTRY_REFUSED', 1],
  ['REGISTRY_TOO_LARGE', 1],
  ['REGISTRY_UNTRUSTED', 1],
  ['REGISTRY_TLS_FAILED', 1],
  ['CREDENTIALS_INVALID', 1],
] as const)('tries %s %i times', async (code, attempts) => {
  expect(await run(code, () => 0)).toMatchObject({ attempts, failed: { code } })
})

test('does not try again before the time that the failure names', async () => {
  const timing = createFakeTiming()
  let attempts = 0
  const failing = retrying({ timing, limits }, signal, async () => {
    attempts += 1
    throw new AppError('REGISTRY_UNAVAILABLE', 'no', { retryAfterMs: 60_000 })
  })

  await expect(failing).rejects.toThrow('no')
  expect(attempts).toBe(1)
})

test('a person who stops it does not wait for the next try', async () => {
  const stopped = AbortSignal.abort()

  expect(await run('REGISTRY_UNAVAILABLE', () => 0, limits, stopped)).toMatchObject({
    attempts: 1,
    failed: { code: 'ABORTED' },
  })
})
