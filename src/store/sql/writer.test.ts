import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { createWriter } from './writer.ts'

test.each([
  ['STATE_UNAVAILABLE', 1],
  ['STATE_LOCKED', 1],
  ['STATE_UNWRITABLE', 7],
] as const)('a group of six whose transaction fails with %s makes for %i of them', async (code, times) => {
  let tried = 0
  const transact = async (): Promise<void> => {
    tried += 1
    throw new AppError(code, 'failed')
  }
  const { write } = createWriter({ db: undefined as never, now: () => 0, awaitDisk() {}, transact }, false)

  const ends = await Promise.allSettled(Array.from({ length: 6 }, () => write(async () => {})))

  expect(ends.map((end) => end.status === 'rejected' && end.reason.code)).toEqual(ends.map(() => code))
  expect(tried).toBe(times)
})
