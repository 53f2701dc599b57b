import { AppError } from '../../../errors.ts'
import { onAbort } from '../on-abort.ts'
import type { Timing } from '../timing.ts'
import { createBucket } from './bucket.ts'
import type { Bucket } from './bucket.ts'
import { spreadPause } from './spread-pause.ts'
import type { Urgency } from './urgency.ts'

/** What goes through to one host. */
export interface LaneLimits {
  /** At the same time. */
  readonly concurrency: number
  /** Null for as many as the host answers. */
  readonly requestsPerSecond: number | null
}

/** Who wants to go through. */
export interface Traveller {
  readonly subject: string
  readonly urgency: Urgency
}

/** How full one lane is. */
export interface LaneStanding extends LaneLimits {
  readonly host: string
  readonly running: number
  readonly waiting: number
  /** What is left of a pause that the host asked for; 0 without one. */
  readonly pausedForMs: number
}

/** Lets requests through to a host as fast as its limits allow, and none while the host asked for a pause. */
export interface Lanes {
  /**
   * What is wanted goes before what is in the background.
   * @throws REGISTRY_RATE_LIMITED at once during a pause; ABORTED when the signal fires in the queue
   */
  run<T>(host: string, traveller: Traveller, signal: AbortSignal, task: () => Promise<T>): Promise<T>
  pause(host: string, ms: number): void
  /** What is left of a pause that the host asked for; 0 without one. */
  pausedForMs(host: string): number
  standing(): readonly LaneStanding[]
}

interface Lane extends LaneLimits {
  readonly host: string
  running: number
  pausedUntil: number
  readonly bucket: Bucket | null
  readonly waiting: Readonly<Record<'background' | 'wanted', Set<() => void>>>
  isWaking: boolean
}

/** Lanes that open when a host is first asked, and close behind the last. */
export function createLanes(
  timing: Pick<Timing, 'now' | 'sleep' | 'random'>,
  limitsOf: (host: string) => LaneLimits,
): Lanes {
  const lanes = new Map<string, Lane>()
  const never = new AbortController().signal

  const open = (host: string): Lane => {
    const known = lanes.get(host)
    if (known) return known
    const limits = limitsOf(host)
    const bucket = limits.requestsPerSecond === null ? null : createBucket(limits.requestsPerSecond, timing)
    const waiting = { wanted: new Set<() => void>(), background: new Set<() => void>() }
    const lane = { ...limits, host, running: 0, pausedUntil: 0, bucket, waiting, isWaking: false }
    lanes.set(host, lane)
    return lane
  }
  const pausedFor = (lane: Lane): number => Math.max(0, Math.ceil(lane.pausedUntil - timing.now()))
  const refuseWhilePaused = (lane: Lane, subject: string): void => {
    const retryAfterMs = pausedFor(lane)
    if (retryAfterMs === 0) return
    const seconds = Math.ceil(retryAfterMs / 1000)
    throw new AppError('REGISTRY_RATE_LIMITED', `${subject}: ${lane.host} asked for a pause, ${seconds} s are left`, {
      retryAfterMs,
    })
  }
  const wake = async (lane: Lane, ms: number): Promise<void> => {
    if (lane.isWaking) return
    lane.isWaking = true
    await timing.sleep(ms, never)
    lane.isWaking = false
    letGo(lane)
  }
  /** Whom a pause refuses needs no turn of the bucket. */
  const mayEnter = (lane: Lane): boolean => {
    if (lane.running >= lane.concurrency) return false
    const ms = pausedFor(lane) > 0 ? 0 : (lane.bucket?.readyInMs() ?? 0)
    if (ms > 0) void wake(lane, ms)
    return ms === 0
  }
  const enter = (lane: Lane): void => {
    lane.running += 1
    if (pausedFor(lane) === 0) lane.bucket?.take()
  }
  const letGo = (lane: Lane): void => {
    for (;;) {
      const queue = lane.waiting.wanted.size > 0 ? lane.waiting.wanted : lane.waiting.background
      const [next] = queue
      if (!next || !mayEnter(lane)) return
      queue.delete(next)
      enter(lane)
      next()
    }
  }
  const leave = (lane: Lane): void => {
    lane.running -= 1
    letGo(lane)
    const isAtRest = lane.running === 0 && countWaiting(lane) === 0 && !lane.isWaking
    // Redirects may name any number of hosts: only those that mean something are kept.
    if (isAtRest && pausedFor(lane) === 0 && (lane.bucket?.isFull() ?? true)) lanes.delete(lane.host)
  }

  return {
    async run(host, { subject, urgency }, signal, task) {
      const lane = open(host)
      refuseWhilePaused(lane, subject)
      if (countWaiting(lane) === 0 && mayEnter(lane)) enter(lane)
      else await turn(lane.waiting[urgency === 'background' ? 'background' : 'wanted'], signal)
      try {
        refuseWhilePaused(lane, subject)
        return await task()
      } finally {
        leave(lane)
      }
    },
    pause(host, ms) {
      const lane = open(host)
      lane.pausedUntil = Math.max(lane.pausedUntil, timing.now() + spreadPause(ms, timing))
    },
    pausedForMs(host) {
      const lane = lanes.get(host)
      return lane === undefined ? 0 : pausedFor(lane)
    },
    standing: () =>
      [...lanes.values()].map((lane) => ({
        host: lane.host,
        concurrency: lane.concurrency,
        requestsPerSecond: lane.requestsPerSecond,
        running: lane.running,
        waiting: countWaiting(lane),
        pausedForMs: pausedFor(lane),
      })),
  }
}

function countWaiting({ waiting }: Lane): number {
  return waiting.wanted.size + waiting.background.size
}

/** Waits in the queue; whoever lets it go counts it in. */
function turn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = (): void => {
    waiting.delete(go)
    reject(new AppError('ABORTED', 'stopped', { cause: signal.reason }))
  }
  const go = (): void => {
    settle()
    resolve()
  }
  waiting.add(go)
  const settle = onAbort(signal, stop)
  if (signal.aborted) stop()
  return promise
}
