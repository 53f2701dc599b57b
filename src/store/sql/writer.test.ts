import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { createWriter } from './writer.ts'

test.each([
  ['for all', true, 1],
  ['for one', false, 7],
] as const)('a group of six whose transaction fails %s (%s) makes for %i of them', async (_, isAll, times) => {
  let tried = 0
  const failure = new AppError('STATE_LOCKED', 'failed')
  const transact = async (): Promise<void> => {
    tried += 1
    throw failure
  }
  const isForAll = (error: unknown): boolean => error === failure && isAll
  const { write } = createWriter({ db: undefined as never, now: () => 0, awaitDisk() {}, transact, isForAll }, false)

  const ends = await Promise.allSettled(Array.from({ length: 6 }, () => write(async () => {})))

  expect(ends.map((end) => end.status === 'rejected' && end.reason)).toEqual(ends.map(() => failure))
  expect(tried).toBe(times)
})
