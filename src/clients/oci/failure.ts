import { AppError } from '../../errors.ts'
import type { ErrorCode } from '../../errors.ts'
import { redact } from '../../lib/secret.ts'
import type { HttpAnswer } from './exchange.ts'
import { retryAfterMs } from './retry-after.ts'

/** What the registry itself said; kept as the `cause` of the error. */
export interface RegistryComplaint {
  readonly status: number
  /** `MANIFEST_UNKNOWN`, `DENIED`, ...; null when it named none. */
  readonly code: string | null
  readonly message: string | null
}

/** The one place that maps statuses and registries' own codes to ours. */
export function answerFailure(answer: HttpAnswer, subject: string, wallNow: number): AppError {
  const complaint = readComplaint(answer)
  const code = codeFor(complaint)
  const said = `${subject}: ${answer.url.host} answered ${complaint.status}`
  const named = complaint.code === null ? said : `${said} ${complaint.code}`
  if (code === 'REGISTRY_RATE_LIMITED') {
    const ms = retryAfterMs(answer.headers, answer.body.toString('utf8'), wallNow)
    return new AppError(code, named, { cause: complaint, retryAfterMs: ms })
  }
  const isPolicy = code === 'REGISTRY_BLOCKED' && complaint.message !== null
  return new AppError(code, isPolicy ? `${named}: ${complaint.message}` : named, { cause: complaint })
}

/** Whether another try in a moment may help; what the registry refuses, it goes on refusing. */
export function isTransient(error: AppError): boolean {
  if (error.code !== 'REGISTRY_UNAVAILABLE') return false
  return !isComplaint(error.cause) || error.cause.status === 408 || error.cause.status >= 500
}

function codeFor({ status, code }: RegistryComplaint): ErrorCode {
  if (status === 429 || code === 'TOOMANYREQUESTS') return 'REGISTRY_RATE_LIMITED'
  if (status === 401) return code === 'DENIED' ? 'REGISTRY_FORBIDDEN' : 'REGISTRY_UNAUTHORIZED'
  if (status === 403) return 'REGISTRY_FORBIDDEN'
  if (status === 404 || status === 410) return 'REGISTRY_NOT_FOUND'
  if (status === 412) return 'REGISTRY_BLOCKED'
  // An unasked-for 1xx, 204, 206 or 304 cannot be what the request was about.
  return status < 400 ? 'REGISTRY_INTEGRITY' : 'REGISTRY_UNAVAILABLE'
}

function isComplaint(cause: unknown): cause is RegistryComplaint {
  return typeof cause === 'object' && cause !== null && 'status' in cause && typeof cause.status === 'number'
}

function readComplaint({ status, body }: HttpAnswer): RegistryComplaint {
  const first = firstError(body)
  return { status, code: text(first, 'code', /^\w{1,64}$/), message: text(first, 'message', /./) }
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
