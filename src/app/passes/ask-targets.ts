import { toAppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { Target } from '../../targets/target.ts'

/** A target that does not answer when it is asked. */
export interface Silence {
  readonly target: string
  readonly reason: Reason
}

/** As much of a target as is asked. */
export type AskedTarget = Pick<Target, 'name' | 'ping'>

/** However many want to know, each target is asked no more often than this, and by one at a time. */
const restMs = 1_000

/** Whoever asks us has a limit of their own, of some seconds. */
const answerMaxMs = 2_000

/**
 * Tells which targets do not answer now: without events and with a long poll interval, the loops would notice only at
 * their next look. What runs workloads of several kinds under one name is one endpoint, and asked once.
 *
 * @param limit makes the signal that ends a question which nobody answers
 */
export function createTargetQuestions(
  targets: readonly AskedTarget[],
  clock: Pick<Clock, 'elapsed'>,
  limit: () => AbortSignal = () => AbortSignal.timeout(answerMaxMs),
): () => Promise<readonly Silence[]> {
  const endpoints = [...new Map(targets.map((each) => [each.name, each])).values()]
  const questions = endpoints.map((each) => once(clock, () => askTarget(each, limit())))
  return async () => (await Promise.all(questions.map((ask) => ask()))).filter((each) => each !== null)
}

/** Shares an answer with all who ask within its time, or before it is there. */
function once<Answer>(clock: Pick<Clock, 'elapsed'>, ask: () => Promise<Answer>): () => Promise<Answer> {
  let latest: Promise<Answer> | null = null
  let askedAt = -Infinity
  let isOpen = false
  return () => {
    if (latest === null || (!isOpen && clock.elapsed() - askedAt >= restMs)) {
      askedAt = clock.elapsed()
      isOpen = true
      latest = ask().finally(() => (isOpen = false))
    }
    return latest
  }
}

async function askTarget({ name, ping }: AskedTarget, signal: AbortSignal): Promise<Silence | null> {
  const late = Promise.withResolvers<never>()
  const giveUp = () => late.reject(new Error())
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    // Also where the connection does not heed the signal.
    await Promise.race([ping?.(signal), late.promise])
    return null
  } catch (error) {
    const sentence = signal.aborted ? 'it did not answer in time' : toAppError(error).message
    const code = signal.aborted ? 'TARGET_UNAVAILABLE' : toAppError(error).code
    return { target: name, reason: { code, sentence } }
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
