import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '../../errors.ts'
import { isPlainHttpAllowed } from './endpoint.ts'
import { answerFailure } from './failure.ts'
import { nextLink } from './tags/link.ts'
import type { HttpAnswer, HttpRequest } from './wire/exchange.ts'
import { follow } from './wire/follow.ts'
import type { FollowDeps } from './wire/follow.ts'
import { retrying } from './pace/retry.ts'
import type { Asking } from './pace/asking.ts'
import { credentialOf } from './pace/refused-calls.ts'
import type { Urgency } from './pace/urgency.ts'

/** One call of a vendor's own API beside the distribution API: Docker Hub, Harbor, GitLab, Quay. */
export interface ApiCall {
  /** A POST is sent again only when it says that this is safe. */
  readonly method: 'GET' | 'POST'
  /** Its host comes from the operator or from our own code, never out of an answer: it may be a private one. */
  readonly url: URL
  /** Names in lower case, `authorization` among them. With more than `accept` no redirect to another origin is followed. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** 8 MiB when left out. */
  readonly bodyBytesMax?: number
  /** What is asked for, for messages: `tags of docker.io/library/nginx`. */
  readonly subject: string
  /** `wanted` when left out. */
  readonly urgency?: Urgency
  /** The user name that the credential belongs to, whose requests are counted by themselves; strangers when left out. */
  readonly account?: string
  /** Whether a POST changes nothing when it arrives twice, as asking for a token does. */
  readonly isSafe?: boolean
}

/** A whole answer below status 500 that is no 408 and no 429. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The next page by `Link`, of the origin that was called; null on the last. */
  readonly next: URL | null
}

const bodyBytesUsual = 8 * 1024 * 1024

/**
 * Calls a vendor's API over the transport of the client: the same guard on addresses, ceilings, places per host, rate
 * budget and retries. What a refusal means (401, 403, 404) is left to the caller, who knows the vendor.
 *
 * @throws REGISTRY_RATE_LIMITED, REGISTRY_UNAVAILABLE, REGISTRY_REFUSED, REGISTRY_TOO_LARGE, REGISTRY_INTEGRITY, ABORTED
 */
export async function callApi(deps: FollowDeps, call: ApiCall, signal: AbortSignal): Promise<ApiAnswer> {
  const { subject, method } = call
  const request = requestOf(deps, call)
  const attempt = async (): Promise<ApiAnswer> => {
    const answer = await follow(deps, request, signal)
    const { status, headers, body } = answer
    if (status >= 500 || status === 408 || status === 429) {
      throw answerFailure(answer, subject, deps.timing.wallNow())
    }
    return { status, headers, body, next: nextPage(answer, call) }
  }
  return method === 'GET' || call.isSafe === true ? retrying(deps, signal, attempt) : attempt()
}

/** As circuits know the call: an API may be down where the registry of the same host is not. */
export const askingOf = (call: ApiCall): Asking => ({
  registry: `${call.url.host} (API)`,
  repository: '',
  credential: credentialOf(call),
  account: call.account ?? '',
  urgency: call.urgency ?? 'wanted',
  subject: call.subject,
  what: 'body',
  isMirror: false,
})

function requestOf(deps: FollowDeps, { method, url, headers = {}, body, subject, ...rest }: ApiCall): HttpRequest {
  const isFit = url.protocol === 'https:' || (url.protocol === 'http:' && isPlainHttpAllowed(url, deps.hosts))
  if (!isFit || url.username || url.password) {
    throw new AppError('REGISTRY_REFUSED', `${subject}: ${url.protocol}//${url.host} may not be asked`)
  }
  const length = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` }
  return {
    method,
    url,
    headers: { accept: 'application/json', ...headers, ...length },
    ...(body !== undefined && { body }),
    asSomebody: Object.keys(headers).some((name) => name !== 'accept'),
    reach: 'configured',
    bodyBytesMax: rest.bodyBytesMax ?? bodyBytesUsual,
    subject,
    urgency: rest.urgency ?? 'wanted',
    account: rest.account ?? '',
  }
}

/**
 * A page elsewhere is no page: with it the caller's credentials would go there. Measured by what was called, not by
 * where redirects led: a stranger there would name pages of its own.
 */
function nextPage({ status, headers, url }: HttpAnswer, { url: called, subject }: ApiCall): URL | null {
  // What is no page has no next one, whatever the error page of some proxy links to.
  const link = status === 200 ? nextLink(headers, subject) : null
  if (link === null) return null
  const next = URL.parse(link, url.href)
  if (next && next.origin === called.origin && !next.username && !next.password) return next
  throw new AppError('REGISTRY_REFUSED', `${subject}: the next page is said to lie elsewhere`)
}
