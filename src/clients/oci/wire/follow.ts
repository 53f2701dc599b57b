import { AppError } from '../../../errors.ts'
import { reachFrom } from './address.ts'
import { isPlainHttpAllowed } from '../endpoint.ts'
import type { Hosts } from '../endpoint.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'
import { answerFailure, isPullRefusal } from '../failure.ts'
import type { Budgets, Counted } from '../pace/budgets.ts'
import type { Clocks } from '../pace/clocks.ts'
import type { Lanes } from '../pace/lane.ts'
import type { RequestCounts } from '../pace/request-counts.ts'
import type { Limits } from '../limits.ts'
import type { Timing } from '../timing.ts'
import type { Transport } from './transport.ts'

/** What a request goes over, redirects included. */
export interface FollowDeps {
  readonly transport: Transport
  readonly lanes: Lanes
  readonly budgets: Budgets
  readonly clocks: Clocks
  readonly counts: RequestCounts
  readonly limits: Limits
  readonly hosts: Hosts
  readonly timing: Timing
}

const redirects = new Set([301, 302, 303, 307, 308])
/** All that another origin is told. A list of what may go, as vendors name the headers of their credentials as they like. */
const harmless: ReadonlySet<string> = new Set(['accept', 'if-none-match'])

/**
 * Sends a request and follows its redirects. Credentials end at the first change of origin and do not come back.
 * A body is never sent on: nothing that we send has a reason to be redirected.
 *
 * @throws REGISTRY_REFUSED when a redirect leads where it must not
 */
export async function follow(deps: FollowDeps, first: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  let leftMs = deps.limits.totalMs // waiting for a turn does not count
  let request = first
  for (let hop = 0; ; hop += 1) {
    const waiting = request
    const { subject, urgency = 'wanted', account = '' } = waiting
    const counted = { host: waiting.url.host, account }
    const { answer, sent } = await deps.lanes.run(counted.host, { subject, urgency }, signal, async () => {
      if (waiting.isAdmitted !== true) deps.budgets.admit(counted, waiting, urgency, subject)
      const current = await renewed(waiting, signal)
      const startedAt = performance.now()
      const received = await deps.transport.send(current, leftMs, signal).catch((error: unknown) => {
        if (wasTried(error)) deps.counts.note(first.url.host, current.method, null)
        throw error
      })
      deps.counts.note(first.url.host, current.method, received.status)
      leftMs -= performance.now() - startedAt
      deps.budgets.observe(counted, received.headers)
      deps.clocks.observe(counted.host, received.headers)
      pauseIfAsked(deps, received, counted, subject)
      return { answer: received, sent: current }
    })
    if (!redirects.has(answer.status) || sent.method === 'POST') return answer
    if (hop === deps.limits.redirects) throw refused(sent, 'it redirects too often')
    request = redirected(deps.hosts, sent, answer)
  }
}

/** Neither its count nor its time is part of the request, which is not sent before. */
async function renewed(request: HttpRequest, signal: AbortSignal): Promise<HttpRequest> {
  const authorization = (await request.renew?.(signal)) ?? null
  return authorization === null ? request : { ...request, headers: { ...request.headers, authorization } }
}

/** Neither refused before anything was sent, nor given up by ourselves. */
const wasTried = (error: unknown): boolean => error instanceof AppError && tried.has(error.code)

const tried: ReadonlySet<string> = new Set([
  'REGISTRY_INTEGRITY',
  'REGISTRY_TLS_FAILED',
  'REGISTRY_TOO_LARGE',
  'REGISTRY_UNAVAILABLE',
  'REGISTRY_UNTRUSTED',
])

/** Before the lane lets the next request go, or that would still be sent. */
function pauseIfAsked(deps: FollowDeps, answer: HttpAnswer, counted: Counted, subject: string): void {
  if (answer.status < 400) return
  const { lanes, budgets, timing } = deps
  const { host } = answer.url
  const { code, retryAfterMs } = answerFailure(answer, subject, timing.wallNow())
  if (retryAfterMs === undefined) return
  if (isPullRefusal(answer)) return budgets.refusePulls(counted, retryAfterMs)
  lanes.pause(host, retryAfterMs, code === 'REGISTRY_UNAVAILABLE' ? answer.status : null)
}

function redirected(hosts: Hosts, request: HttpRequest, answer: HttpAnswer): HttpRequest {
  const location = answer.headers.location
  const url = location === undefined ? null : URL.parse(location, request.url.href)
  if (!url || !/^https?:$/.test(url.protocol)) throw refused(request, 'it redirects to no http address')
  if (url.username || url.password) throw refused(request, 'it redirects to an address with a user name')
  if (url.origin === request.url.origin) return { ...request, url }
  if (url.protocol === 'http:' && (request.url.protocol === 'https:' || !isPlainHttpAllowed(url, hosts))) {
    throw refused(request, `it redirects to plain http at ${url.host}`)
  }
  if (request.asSomebody === true) {
    throw refused(request, `it redirects to ${url.origin}, where its credential does not go: name that host instead`)
  }
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => harmless.has(name)))
  const { account: _user, trustAs: _trust, isAdmitted: _host, renew: _same, ...rest } = request
  // Who is itself in a private network may point into it; from outside nobody may.
  return { ...rest, url, headers, reach: reachFrom(answer.peer) }
}

function refused({ subject, url }: HttpRequest, reason: string): AppError {
  return new AppError('REGISTRY_REFUSED', `${subject}: the answer of ${url.host} was not followed, ${reason}`)
}
