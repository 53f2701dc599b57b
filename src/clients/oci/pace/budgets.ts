import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '../../../errors.ts'
import type { Timing } from '../timing.ts'
import { readBudgets } from './budget.ts'
import type { StatedBudget } from './budget.ts'
import { createPullRefusals } from './pull-refusal.ts'
import { spreadPause } from './spread-pause.ts'
import type { Urgency } from './urgency.ts'

/** A request, as far as it matters for what hosts count. */
export interface CountedRequest {
  readonly method: string
  readonly url: URL
}

/** Who is counted: a host counts each account by itself, and strangers by their address. */
export interface Counted {
  readonly host: string
  /** User name; empty for strangers. */
  readonly account: string
}

/** What a host said last of how often it may be asked. */
export interface BudgetStanding extends Counted, StatedBudget {
  /** Milliseconds since 1970. */
  readonly observedAt: number
  /** Whom the host says it counts, such as our address; null when it did not tell. */
  readonly countedFor: string | null
  /** `pulls`: of requests, only those that read a manifest. */
  readonly counts: 'requests' | 'pulls'
  /** Whether so little is left that it is kept for rollouts and people. */
  readonly isKept: boolean
}

/** Remembers what hosts say of their limits, and keeps the last of it for what is wanted. */
export interface Budgets {
  observe(counted: Counted, headers: IncomingHttpHeaders): void
  /**
   * @param request what is to be sent, for not all of it counts everywhere
   * @throws REGISTRY_RATE_LIMITED for the background while little is left, but for one request now and then that looks;
   *   for pulls of all but a person, while those are refused
   */
  admit(counted: Counted, request: CountedRequest, urgency: Urgency, subject: string): void
  /** A pull was refused, and with it all others of whoever is counted, until one is granted again. */
  refusePulls(counted: Counted, ms: number): void
  /** 0 for whoever may pull. */
  pullsRefusedForMs(counted: Counted): number
  standing(): readonly BudgetStanding[]
}

/** Below this part of a budget the background stops. */
const keptPart = 0.2
/** Redirects may name any number of hosts. */
const countedMax = 1000
/** How often the background looks whether a budget that names no end has recovered: this part of its window ... */
const probesPerWindow = 24
/** ... within these. */
const probeMinMs = 60_000
const probeMaxMs = 900_000
/** After an hour it is worth a look, whatever end the host named. */
const resetMaxMs = 3_600_000
/** No stretch is longer; a host that tells of none is believed for an hour. */
const stretchMaxMs = 86_400_000

interface Kept extends Counted {
  readonly budgets: readonly StatedBudget[]
  readonly counts: BudgetStanding['counts']
  readonly countedFor: string | null
  readonly observedAt: number
  /** When the background may look again, on the clock that nobody sets. */
  probeAt: number
  /** After it all that was counted is forgotten, as it is there: the host may have stopped to tell of budgets at all. */
  readonly validUntil: number
}

/** Knows of no budget so far: what never told of one has none. */
export function createBudgets(timing: Pick<Timing, 'now' | 'wallNow' | 'random'>): Budgets {
  const known = new Map<string, Kept>()
  const refusals = createPullRefusals(timing)
  const find = (counted: Counted): Kept | null => {
    const kept = known.get(keyOf(counted))
    if (!kept || timing.now() < kept.validUntil) return kept ?? null
    known.delete(keyOf(counted))
    return null
  }

  return {
    observe({ host, account }, headers) {
      const observedAt = timing.wallNow()
      const budgets = readBudgets(headers, observedAt)
      if (budgets.length === 0) return
      const source = headers['docker-ratelimit-source']
      // Docker Hub alone names whom it counts, and counts as a pull what GETs a manifest.
      // Assumed of Docker Hub: no other registry sends `docker-ratelimit-source`, and it does with each answer that counts.
      const counts = source === undefined ? 'requests' : 'pulls'
      const countedFor = typeof source === 'string' && /^[\w:.@-]{1,100}$/.test(source) ? source : null
      const probeAt = timing.now() + Math.max(...budgets.filter(isLow).map(untilProbeMs), 0)
      const key = keyOf({ host, account })
      if (counts === 'pulls' && budgets.every(({ remaining }) => remaining > 0)) refusals.lift(key)
      known.delete(key)
      const validUntil = timing.now() + Math.max(...budgets.map(stretchMs))
      known.set(key, { host, account, budgets, counts, countedFor, observedAt, probeAt, validUntil })
      const [oldest] = known.keys()
      if (known.size > countedMax && oldest !== undefined) known.delete(oldest)
    },
    admit(counted, request, urgency, subject) {
      const refusedForMs = urgency === 'by-hand' ? 0 : refusals.leftMs(keyOf(counted))
      if (refusedForMs > 0 && isPull(request)) {
        const whose = counted.account === '' ? 'this address' : counted.account
        const message = `${subject}: ${counted.host} has no pulls left for ${whose}; looks for moved tags go on`
        throw new AppError('REGISTRY_RATE_LIMITED', message, { retryAfterMs: refusedForMs })
      }
      const kept = urgency === 'background' ? find(counted) : null
      const low = kept?.budgets.find(isLow)
      if (!kept || !low || (kept.counts === 'pulls' && !isPull(request))) return
      const retryAfterMs = Math.ceil(kept.probeAt - timing.now())
      if (retryAfterMs <= 0) {
        // One looks; the others wait for what it hears.
        kept.probeAt = timing.now() + probeMinMs
        return
      }
      const left = `${low.remaining} of ${low.limit} ${kept.counts}`
      throw new AppError(
        'REGISTRY_RATE_LIMITED',
        `${subject}: ${counted.host} grants only ${left} more for now; they are kept for rollouts`,
        { retryAfterMs },
      )
    },
    refusePulls: (counted, ms) => refusals.refuse(keyOf(counted), spreadPause(ms, timing)),
    pullsRefusedForMs: (counted) => refusals.leftMs(keyOf(counted)),
    standing: () =>
      [...known.values()].flatMap((kept) => {
        const { host, account, budgets, counts, countedFor, observedAt } = find(kept) ?? { ...kept, budgets: [] }
        return budgets.map((each) => ({ host, account, ...each, counts, countedFor, observedAt, isKept: isLow(each) }))
      }),
  }
}

function isLow({ limit, remaining }: StatedBudget): boolean {
  return remaining <= limit * keptPart
}

/**
 * HEADs and lists of tags are free.
 *
 * Assumed of Docker Hub: lists of tags count as no pull, as HEADs do by its documentation.
 * @see Docker Hub, "Usage and limits", definition of a pull
 */
function isPull({ method, url }: CountedRequest): boolean {
  return method === 'GET' && /^\/v2\/.+\/manifests\/[^/]+$/.test(url.pathname)
}

function stretchMs({ windowMs, resetInMs }: StatedBudget): number {
  return Math.min(Math.max(resetInMs ?? 0, windowMs ?? 0) || resetMaxMs, stretchMaxMs)
}

function untilProbeMs({ windowMs, resetInMs }: StatedBudget): number {
  if (resetInMs !== null) return Math.min(resetInMs, resetMaxMs)
  return Math.min(Math.max((windowMs ?? 0) / probesPerWindow, probeMinMs), probeMaxMs)
}

function keyOf({ host, account }: Counted): string {
  return `${host}\n${account}`
}
