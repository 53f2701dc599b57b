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
  /** Whether it fetches what others need before they can go on. */
  readonly isSignIn?: boolean
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
   * Sign-ins go first, and what is wanted goes before what is in the background.
   * @throws REGISTRY_RATE_LIMITED or, of a host that is down, REGISTRY_UNAVAILABLE at once during a pause; ABORTED when the signal fires in the queue
   */
  run<T>(host: string, traveller: Traveller, signal: AbortSignal, task: () => Promise<T>): Promise<T>
  /**
   * Leaves the place of who goes through to sign-ins for as long as `work` takes, which waits for one: where all places
   * are taken by such, nobody would go on.
   */
  lend<T>(host: string, work: () => Promise<T>): Promise<T>
  /** @param downStatus what the host answered that is down for so long; null or left out when it was asked too often */
  pause(host: string, ms: number, downStatus?: number | null): void
  /** What is left of a pause that the host asked for; 0 without one. */
  pausedForMs(host: string): number
  standing(): readonly LaneStanding[]
}

/** In the order in which they go. */
const ranks = ['signIn', 'wanted', 'background'] as const
type Rank = (typeof ranks)[number]

interface Lane extends LaneLimits {
  readonly host: string
  running: number
  /** How many of those wait for sign-ins. */
  lent: number
  pausedUntil: number
  /** Of the answer that asked for the pause; null when it was not for being down. */
  downStatus: number | null
  readonly bucket: Bucket | null
  readonly waiting: Readonly<Record<Rank, Set<() => void>>>
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
    const waiting = { signIn: new Set<() => void>(), wanted: new Set<() => void>(), background: new Set<() => void>() }
    const standing = { running: 0, lent: 0, pausedUntil: 0, downStatus: null, isWaking: false }
    const lane = { ...limits, ...standing, host, bucket, waiting }
    lanes.set(host, lane)
    return lane
  }
  const pausedFor = (lane: Lane): number => Math.max(0, Math.ceil(lane.pausedUntil - timing.now()))
  const refuseWhilePaused = (lane: Lane, subject: string): void => {
    const retryAfterMs = pausedFor(lane)
    if (retryAfterMs === 0) return
    const { host, downStatus } = lane
    const code = downStatus === null ? 'REGISTRY_RATE_LIMITED' : 'REGISTRY_UNAVAILABLE'
    const asked = downStatus === null ? 'asked' : `answered ${downStatus} and asked`
    const left = `${Math.ceil(retryAfterMs / 1000)} s are left`
    throw new AppError(code, `${subject}: ${host} ${asked} for a pause, ${left}`, { retryAfterMs })
  }
  const wake = async (lane: Lane, ms: number): Promise<void> => {
    if (lane.isWaking) return
    lane.isWaking = true
    await timing.sleep(ms, never)
    lane.isWaking = false
    letGo(lane)
  }
  /** Whom a pause refuses needs no turn of the bucket. */
  const mayEnter = (lane: Lane, rank: Rank): boolean => {
    const taken = lane.running - (rank === 'signIn' ? lane.lent : 0)
    if (taken >= lane.concurrency) return false
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
      const rank = ranks.find((each) => lane.waiting[each].size > 0)
      const [next] = rank === undefined ? [] : lane.waiting[rank]
      if (rank === undefined || !next || !mayEnter(lane, rank)) return
      lane.waiting[rank].delete(next)
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
    async run(host, { subject, urgency, isSignIn = false }, signal, task) {
      const lane = open(host)
      refuseWhilePaused(lane, subject)
      const rank = isSignIn ? 'signIn' : urgency === 'background' ? 'background' : 'wanted'
      const isNext = (isSignIn ? lane.waiting.signIn.size : countWaiting(lane)) === 0
      if (isNext && mayEnter(lane, rank)) enter(lane)
      else await turn(lane.waiting[rank], signal)
      try {
        refuseWhilePaused(lane, subject)
        return await task()
      } finally {
        leave(lane)
      }
    },
    async lend(host, work) {
      const lane = open(host)
      lane.lent += 1
      letGo(lane)
      try {
        return await work()
      } finally {
        lane.lent -= 1
      }
    },
    pause(host, ms, downStatus = null) {
      const lane = open(host)
      const until = timing.now() + spreadPause(ms, timing)
      if (until <= lane.pausedUntil) return
      lane.pausedUntil = until
      lane.downStatus = downStatus
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
        running: lane.running - lane.lent,
        waiting: countWaiting(lane),
        pausedForMs: pausedFor(lane),
      })),
  }
}

/** The same lanes, for requests that sign in. */
export const asSignIns = (lanes: Lanes): Lanes => ({
  ...lanes,
  run: (host, traveller, ...rest) => lanes.run(host, { ...traveller, isSignIn: true }, ...rest),
})

function countWaiting({ waiting }: Lane): number {
  return ranks.reduce((sum, rank) => sum + waiting[rank].size, 0)
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
