import { AppError } from '../../errors.ts'
import { onAbort } from './on-abort.ts'

/** Runs the same work once for all who ask for it at the same time. */
export interface SingleFlight<T> {
  /** The work belongs to all who wait for it, so no one's signal stops it: it must have limits of its own. */
  run(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

/** Remembers only what is under way. */
export function createSingleFlight<T>(): SingleFlight<T> {
  const underWay = new Map<string, Promise<T>>()
  return {
    run(key, signal, work) {
      const known = underWay.get(key)
      if (known) return untilAborted(known, signal)
      const started = work().finally(() => underWay.delete(key))
      underWay.set(key, started)
      return untilAborted(started, signal)
    },
  }
}

/** The outcome of work that belongs to several, unless one of them is stopped before. @throws ABORTED */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(new AppError('ABORTED', 'stopped', { cause: signal.reason }))
  const settle = onAbort(signal, stop)
  if (signal.aborted) stop()
  try {
    return await Promise.race([work, promise])
  } finally {
    settle()
  }
}
