import { AppError, isAbsent } from '../../errors.ts'
import type { ErrorCode } from '../../errors.ts'
import { redact } from '../../lib/secret.ts'
import type { HttpAnswer } from './wire/exchange.ts'
import { pullPauseMs, saysPullsUsedUp } from './pace/pull-refusal.ts'
import { retryAfterMs } from './pace/retry-after.ts'

/** What the registry itself said; kept as the `cause` of the error. */
export interface RegistryComplaint {
  readonly status: number
  /** `MANIFEST_UNKNOWN`, `DENIED`, ...; null when it named none. */
  readonly code: string | null
  readonly message: string | null
  /** Path that the answer came from: where a redirect led, not what was asked for. */
  readonly path: string
}

/** The one place that maps statuses and registries' own codes to ours. */
export function answerFailure(answer: HttpAnswer, subject: string, wallNow: number): AppError {
  const complaint = readComplaint(answer)
  const code = codeFor(complaint)
  const said = `${subject}: ${answer.url.host} answered ${complaint.status}`
  if (saysExpired(answer)) {
    return new AppError('REGISTRY_UNAUTHORIZED', `${said}: what it was asked with has expired`, { cause: complaint })
  }
  const named = complaint.code === null ? said + whoAnswered(answer) : `${said} ${complaint.code}`
  if (isPullRefusal(answer)) {
    const isTold = answer.headers['retry-after'] !== undefined || answer.headers['x-retry-after'] !== undefined
    const ms = isTold ? retryAfterMs(answer.headers, '', wallNow) : pullPauseMs
    const words = `${subject}: ${noPullsLeft}, says ${answer.url.host}`
    return new AppError('REGISTRY_RATE_LIMITED', words, { cause: complaint, retryAfterMs: ms })
  }
  if (code === 'REGISTRY_RATE_LIMITED') {
    const ms = retryAfterMs(answer.headers, answer.body.toString('utf8'), wallNow)
    const words = complaint.message === null ? named : `${named}: ${complaint.message}`
    return new AppError(code, words, { cause: complaint, retryAfterMs: ms })
  }
  // Who is only down for a while says so like this too; without the header there is nothing to go by.
  if (complaint.status >= 500 && answer.headers['retry-after'] !== undefined) {
    const ms = retryAfterMs(answer.headers, '', wallNow)
    const words = `${named}, and asks for a pause of ${Math.ceil(ms / 1000)} s`
    return new AppError(code, words, { cause: complaint, retryAfterMs: ms })
  }
  const isPolicy = code === 'REGISTRY_BLOCKED' && complaint.message !== null
  return new AppError(code, isPolicy ? `${named}: ${complaint.message}` : named, { cause: complaint })
}

/** Whether pulls alone are refused, rather than all that a host is asked. */
export const isPullRefusal = ({ status, body }: HttpAnswer): boolean =>
  status === 429 && saysPullsUsedUp(body.toString('utf8'))

const noPullsLeft = 'there are no pulls left for now'

/**
 * Whether an answer refuses what was good once. Amazon says so with 403 and DENIED, as if rights were missing; others
 * have shapes of their own, so that their words have to do.
 *
 * Assumed of Amazon ECR: what has expired is refused in words with "expired" in them.
 */
export function saysExpired({ status, headers, body }: HttpAnswer): boolean {
  if ((status !== 401 && status !== 403) || headers['content-type']?.startsWith('text/html')) return false
  return /\bexpired\b/i.test(body.subarray(0, wordsBytesMax).toString('utf8'))
}

const wordsBytesMax = 4096

/** Registries complain in JSON; what says no in their place mostly shows a page. */
function whoAnswered(answer: HttpAnswer): string {
  const { status, headers } = answer
  if (status === 407) return ': a proxy in between wants a sign-in'
  if (status === 400 && wantsTls(answer)) return ': it may speak TLS, and was asked by plain http'
  if (!headers['content-type']?.startsWith('text/html')) return ''
  if (status === 404) return ' with a web page, as a server does that is no registry'
  // nginx says so of a certificate that is missing, in words that an answer to HEAD does not have.
  if (status === 400 && answer.url.protocol === 'https:') {
    return ' with a web page, as a proxy in between or a server that wants a certificate of ours does'
  }
  // nginx in front of a registry asks for passwords like this.
  return status === 401 && headers['www-authenticate'] !== undefined
    ? ' with a web page, as a web server in front of it or a proxy in between does'
    : ' with a web page, as a proxy in between does'
}

/** Go's, nginx's, Apache's and Tomcat's own answer to plain http is 400; an answer to HEAD has no words of it. */
function wantsTls({ headers, body, url }: HttpAnswer): boolean {
  if (url.protocol !== 'http:' || headers['content-type']?.includes('json') === true) return false
  if (body.length === 0) return url.pathname.startsWith('/v2/')
  return /\b(?:https(?!:)|ssl|tls)\b/i.test(body.subarray(0, wordsBytesMax).toString('utf8'))
}

/** Whether another try in a moment may help; what the registry refuses, it goes on refusing. */
export function isTransient(error: AppError): boolean {
  if (error.code !== 'REGISTRY_UNAVAILABLE') return false
  return !isComplaint(error.cause) || error.cause.status === 408 || error.cause.status >= 500
}

function codeFor({ status, code }: RegistryComplaint): ErrorCode {
  if (status === 429 || code === 'TOOMANYREQUESTS') return 'REGISTRY_RATE_LIMITED'
  // Assumed of GHCR: 401 with DENIED means that there is nothing for this credential, and not that it is bad.
  if (status === 401) return code === 'DENIED' ? 'REGISTRY_FORBIDDEN' : 'REGISTRY_UNAUTHORIZED'
  if (status === 403) return 'REGISTRY_FORBIDDEN'
  if (status === 404 && code === 'NAME_UNKNOWN') return 'REGISTRY_REPOSITORY_UNKNOWN'
  if (status === 404 || status === 410) return 'REGISTRY_NOT_FOUND'
  if (status === 412) return 'REGISTRY_BLOCKED'
  // An unasked-for 1xx, 204, 206 or 304 cannot be what the request was about.
  return status < 400 ? 'REGISTRY_INTEGRITY' : 'REGISTRY_UNAVAILABLE'
}

/** Whether a registry, rather than whatever stands in its place, says itself that there is no such repository. */
export const saysNoRepository = ({ code, cause }: AppError): boolean =>
  isAbsent(code) && isComplaint(cause) && cause.code !== null && cause.code !== 'MANIFEST_UNKNOWN'

/** Whether nobody answered, or only what stands before a registry, which says nothing of it. */
export const saysAway = ({ code, cause }: AppError): boolean =>
  code === 'REGISTRY_UNAVAILABLE' && (!isComplaint(cause) || (cause.code === null && away.has(cause.status)))

/** What stands before servers answers so while these are away. */
const away: ReadonlySet<number> = new Set([500, 502, 503, 504])

/** Whether it says in no way of a registry that something is not there. */
export const saysNothing = ({ code, cause }: AppError): boolean =>
  isAbsent(code) && isComplaint(cause) && cause.code === null

/** Whether the answer that it stands for came with a page for people. */
export const saysWebPage = ({ message }: AppError): boolean => message.includes(' with a web page, ')

/** Path that a refusal came from, which redirects may have led to; null where no registry has answered. */
export function refusedAt({ cause }: AppError): string | null {
  // What is refused again without being asked has the first refusal as its cause.
  if (cause instanceof AppError) return refusedAt(cause)
  return isComplaint(cause) ? cause.path : null
}

function isComplaint(cause: unknown): cause is RegistryComplaint {
  return typeof cause === 'object' && cause !== null && 'status' in cause && typeof cause.status === 'number'
}

function readComplaint({ status, body, url }: HttpAnswer): RegistryComplaint {
  const first = firstError(body)
  const path = url.pathname
  return { status, code: text(first, 'code', /^\w{1,64}$/), message: text(first, 'message', /./), path }
}

/** The specification's `{"errors":[{"code","message"}]}`. */
function firstError(body: Buffer): object | null {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'))
    if (typeof parsed !== 'object' || parsed === null || !('errors' in parsed)) return null
    const [first]: unknown[] = Array.isArray(parsed.errors) ? parsed.errors : []
    return typeof first === 'object' ? (first ?? null) : null
  } catch {
    return null // an HTML page of some proxy; the status says enough
  }
}

/** One line, fit to be shown: a registry's words are not ours. */
function text(from: object | null, key: 'code' | 'message', shape: RegExp): string | null {
  const value: unknown = from && key in from ? Reflect.get(from, key) : null
  if (typeof value !== 'string') return null
  // Before the cut, which would leave half a secret that nobody recognises.
  const line = redact(value)
    .slice(0, 300)
    .replaceAll(/\p{C}+/gu, ' ')
  return shape.test(line) ? line : null
}
