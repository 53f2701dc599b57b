import { AppError, type ErrorCode } from '../../errors.ts'

/** Longest message of an engine that is passed on. */
const messageMax = 1000

/** What an answer with an error status means. `body` is what the engine sent: `{"message": ...}`. */
export function engineError(status: number, body: string, subject: string): AppError {
  const message = readMessage(body) || `status ${status}`
  return new AppError(codeOf(status, body), `${subject}: ${message}`)
}

/** What a connection that failed or broke means. */
export function connectionError(cause: unknown, subject: string, address: string): AppError {
  const code = errorCode(cause)
  if (code === 'EACCES' || code === 'EPERM') {
    return new AppError('TARGET_FORBIDDEN', `no access to the engine at ${address}`, { cause })
  }
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new AppError('TARGET_UNAVAILABLE', `no engine listens at ${address}`, { cause })
  }
  return new AppError('TARGET_UNAVAILABLE', `${subject}: the engine at ${address} broke off (${code})`, { cause })
}

/** The engine's own words. */
export function readMessage(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body)
    const isObject = typeof parsed === 'object' && parsed !== null && 'message' in parsed
    return isObject && typeof parsed.message === 'string' ? parsed.message.slice(0, messageMax) : ''
  } catch {
    return body.slice(0, messageMax).trim()
  }
}

function codeOf(status: number, body: string): ErrorCode {
  switch (status) {
    case 400:
      return isOtherEngine(body) ? 'TARGET_UNAVAILABLE' : 'TARGET_REJECTED'
    case 401:
      return 'TARGET_FORBIDDEN'
    case 403:
      // The engine itself says so where something is in use, such as a static address; other refusals: `refusal.ts`.
      return 'TARGET_CONFLICT'
    case 404:
      return 'TARGET_NOT_FOUND'
    case 409:
      return 'TARGET_CONFLICT'
    default:
      return 'TARGET_FAILED'
  }
}

/**
 * An engine that was upgraded or downgraded while we were connected; systemd holds its socket open meanwhile, so
 * nothing else tells. As after any time away its version has to be asked again.
 */
const isOtherEngine = (body: string): boolean => /client version \S+ is too (old|new)/.test(body)

function errorCode(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return 'unknown'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown'
}
