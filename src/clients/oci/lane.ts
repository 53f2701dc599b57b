import { AppError } from '../../errors.ts'
import type { Timing } from './timing.ts'

/** Lets at most `concurrency` tasks at a time through to a host, and none while the host asked for a pause. */
export interface Lanes {
  /** @throws REGISTRY_RATE_LIMITED at once during a pause; ABORTED when the signal fires in the queue */
  run<T>(host: string, subject: string, signal: AbortSignal, task: () => Promise<T>): Promise<T>
  pause(host: string, ms: number): void
}

interface Lane {
  running: number
  pausedUntil: number
  readonly waiting: Set<() => void>
}

/** Lanes that open when a host is first asked, and close behind the last. */
export function createLanes(timing: Pick<Timing, 'now'>, concurrencyOf: (host: string) => number): Lanes {
  const lanes = new Map<string, Lane>()

  const open = (host: string): Lane => {
    const known = lanes.get(host)
    if (known) return known
    const lane = { running: 0, pausedUntil: 0, waiting: new Set<() => void>() }
    lanes.set(host, lane)
    return lane
  }
  const refuseWhilePaused = (lane: Lane, host: string, subject: string): void => {
    const retryAfterMs = Math.ceil(lane.pausedUntil - timing.now())
    if (retryAfterMs <= 0) return
    const seconds = Math.ceil(retryAfterMs / 1000)
    throw new AppError('REGISTRY_RATE_LIMITED', `${subject}: ${host} asked for a pause, ${seconds} s are left`, {
      retryAfterMs,
    })
  }
  const leave = (lane: Lane, host: string): void => {
    const [next] = lane.waiting
    if (next) {
      lane.waiting.delete(next)
      return next()
    }
    lane.running -= 1
    // Redirects may name any number of hosts: only those that mean something are kept.
    if (lane.running === 0 && lane.pausedUntil <= timing.now()) lanes.delete(host)
  }

  return {
    async run(host, subject, signal, task) {
      const lane = open(host)
      refuseWhilePaused(lane, host, subject)
      if (lane.running < concurrencyOf(host)) lane.running += 1
      else await turn(lane, signal)
      try {
        refuseWhilePaused(lane, host, subject)
        return await task()
      } finally {
        leave(lane, host)
      }
    },
    pause(host, ms) {
      const lane = open(host)
      lane.pausedUntil = Math.max(lane.pausedUntil, timing.now() + ms)
    },
  }
}

/** Waits in the queue; whoever leaves the lane hands its place over, so `running` stays as it is. */
function turn(lane: Lane, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = (): void => {
    lane.waiting.delete(enter)
    reject(new AppError('ABORTED', 'stopped', { cause: signal.reason }))
  }
  const enter = (): void => {
    signal.removeEventListener('abort', stop)
    resolve()
  }
  lane.waiting.add(enter)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  return promise
}
