import { AppError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import { isBounded } from './bounded-json.ts'

/** One call of an API that a vendor has beside the distribution API. */
export interface VendorCall {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly bodyBytesMax?: number
  /** What is asked for, for messages. */
  readonly subject: string
  /** Whether a POST changes nothing when it arrives twice. */
  readonly isSafe?: boolean
}

/** A whole answer of whatever status says more than "later". */
export interface VendorAnswer {
  readonly status: number
  readonly body: Buffer
  /** The next page by `Link`, of the same origin; null on the last. */
  readonly next: URL | null
}

/** Sends a call within the limits and guards of whoever provides it. @throws REGISTRY_*, ABORTED */
export type CallVendor = (call: VendorCall, signal: AbortSignal) => Promise<VendorAnswer>

/**
 * The parsed body of a successful answer.
 *
 * @throws REGISTRY_* by the status of any other; REGISTRY_INTEGRITY when it is no JSON, REGISTRY_TOO_LARGE when parsing it
 *   would take much more memory than it does
 */
export function jsonOf({ status, body }: VendorAnswer, { url, subject }: Pick<VendorCall, 'url' | 'subject'>): unknown {
  if (status !== 200) {
    const isExpired = (status === 401 || status === 403) && /\bexpired\b/i.test(body.subarray(0, 4096).toString('utf8'))
    const code = isExpired ? 'REGISTRY_UNAUTHORIZED' : codeFor(status)
    const why = isExpired ? ': the token has expired' : ''
    throw new AppError(code, `${subject}: ${url.host} answered ${status}${why}`)
  }
  if (!isBounded(body)) {
    throw new AppError(
      'REGISTRY_TOO_LARGE',
      `${subject}: the answer of ${url.host} is nested too deep or has too much in it`,
    )
  }
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new AppError('REGISTRY_INTEGRITY', `${subject}: the answer of ${url.host} is no JSON`, { cause })
  }
}

/** That an answer does not have the shape that its API promises. */
export function misshapen({ url, subject }: Pick<VendorCall, 'url' | 'subject'>, cause: unknown): AppError {
  return new AppError('REGISTRY_INTEGRITY', `${subject}: the answer of ${url.host} is not what its API promises`, {
    cause,
  })
}

function codeFor(status: number): ErrorCode {
  if (status === 401) return 'REGISTRY_UNAUTHORIZED'
  if (status === 403) return 'REGISTRY_FORBIDDEN'
  if (status === 404 || status === 410) return 'REGISTRY_NOT_FOUND'
  if (status === 412) return 'REGISTRY_BLOCKED'
  return status < 400 ? 'REGISTRY_INTEGRITY' : 'REGISTRY_UNAVAILABLE'
}
