import { setTimeout as delay } from 'node:timers/promises'
import { toAppError, type AppError } from '../../errors.ts'

/** How often it is tried again, in milliseconds. */
const againMs = 1_000

/** Tries until the database answers or the time is over: what starts with it may be up first. @param tell told of the first failure */
export async function withPatience<Opened>(
  open: () => Promise<Opened>,
  patienceMs: number,
  tell: (error: AppError) => void,
): Promise<Opened> {
  const begunAt = performance.now()
  let isTold = false
  for (;;) {
    try {
      return await open()
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code !== 'STATE_UNAVAILABLE' || performance.now() - begunAt + againMs > patienceMs) throw error
      if (!isTold) tell(error)
      isTold = true
      await delay(againMs)
    }
  }
}
