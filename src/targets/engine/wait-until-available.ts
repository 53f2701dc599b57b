import { AppError } from '../../errors.ts'
import type { EngineDeps } from './engine-deps.ts'

const pauseMaxMs = 2000

/** Waits until the engine answers again. */
export async function waitUntilAvailable({ engine, clock }: EngineDeps, signal: AbortSignal): Promise<void> {
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, pauseMaxMs)) {
    try {
      return await engine.ping(signal)
    } catch (error) {
      // A socket can be without its group for a moment while the engine starts.
      const isAway =
        error instanceof AppError && ['TARGET_UNAVAILABLE', 'TARGET_FORBIDDEN', 'TARGET_FAILED'].includes(error.code)
      if (!isAway) throw error
    }
    await clock.sleep(pauseMs, signal)
  }
}
