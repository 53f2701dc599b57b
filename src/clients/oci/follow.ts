import { AppError } from '../../errors.ts'
import { classifyAddress } from './address.ts'
import { isPlainHttpAllowed } from './endpoint.ts'
import type { Hosts } from './endpoint.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'
import { answerFailure } from './failure.ts'
import type { Lanes } from './lane.ts'
import type { Limits } from './limits.ts'
import type { Timing } from './timing.ts'
import type { Transport } from './transport.ts'

/** What a request goes over, redirects included. */
export interface FollowDeps {
  readonly transport: Transport
  readonly lanes: Lanes
  readonly limits: Limits
  readonly hosts: Hosts
  readonly timing: Timing
}

const redirects = new Set([301, 302, 303, 307, 308])

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
    const current = request
    const answer = await deps.lanes.run(current.url.host, current.subject, signal, async () => {
      const startedAt = performance.now()
      const received = await deps.transport.send(current, leftMs, signal)
      leftMs -= performance.now() - startedAt
      pauseIfAsked(deps, received, current.subject)
      return received
    })
    if (!redirects.has(answer.status) || current.method === 'POST') return answer
    if (hop === deps.limits.redirects) throw refused(current, 'it redirects too often')
    request = redirected(deps.hosts, current, answer)
  }
}

/** Before the lane lets the next request go, or that would still be sent. */
function pauseIfAsked({ lanes, timing }: FollowDeps, answer: HttpAnswer, subject: string): void {
  if (answer.status < 400) return
  const { retryAfterMs } = answerFailure(answer, subject, timing.wallNow())
  if (retryAfterMs !== undefined) lanes.pause(answer.url.host, retryAfterMs)
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
  const { authorization: _dropped, ...headers } = request.headers
  // Who is itself in a private network may point into it; from outside nobody may.
  return { ...request, url, headers, reach: classifyAddress(answer.peer) === 'private' ? 'private' : 'public' }
}

function refused({ subject, url }: HttpRequest, reason: string): AppError {
  return new AppError('REGISTRY_REFUSED', `${subject}: the answer of ${url.host} was not followed, ${reason}`)
}
