import { AppError } from '../../../errors.ts'
import type { Timing } from '../timing.ts'
import { isTransient } from '../failure.ts'
import type { Limits } from '../limits.ts'

/** Time, chance, and how much of both a question may use. */
export interface RetryDeps {
  readonly timing: Timing
  readonly limits: Pick<Limits, 'tries' | 'retryWithinMs'>
}

const firstDelayMs = 250

/**
 * Tries again after passing failures, with full jitter so that clients that failed together do not return together.
 * A damaged answer gets one second look.
 */
export async function retrying<T>(deps: RetryDeps, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  const startedAt = deps.timing.now()
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof AppError) || tries >= triesFor(error, deps.limits.tries)) throw error
      const delayMs = deps.timing.random() * firstDelayMs * 2 ** tries
      if (deps.timing.now() - startedAt + delayMs > deps.limits.retryWithinMs) throw error
      await deps.timing.sleep(delayMs, signal)
      if (signal.aborted) throw new AppError('ABORTED', 'stopped', { cause: signal.reason })
    }
  }
}

function triesFor(error: AppError, tries: number): number {
  // Within a pause that was asked for there is nothing to try.
  if (error.retryAfterMs !== undefined) return 1
  if (error.code === 'REGISTRY_INTEGRITY') return Math.min(2, tries)
  return isTransient(error) ? tries : 1
}
