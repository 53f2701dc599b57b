import { errorTable, type ErrorCode } from './error-table.ts'

export { errorTable, type ErrorCode }

/**
 * The only error that is thrown on purpose.
 * `message` is safe to show to anybody; private detail belongs in `cause`, credentials nowhere.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  /**
   * Earliest useful next try, in milliseconds from when it was thrown; set for REGISTRY_RATE_LIMITED, for
   * REGISTRY_UNAVAILABLE where the host says how long it is down, and for TARGET_PULL_FAILED where the registry asked the
   * engine to wait.
   */
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.name = 'AppError'
    this.code = code
    this.retryAfterMs = options.retryAfterMs
  }

  get hint(): string {
    return errorTable[this.code].hint
  }
}

/** Wraps whatever was thrown; an AppError is returned as it is, a fired signal becomes ABORTED. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof Error && error.name === 'AbortError') return new AppError('ABORTED', 'stopped', { cause: error })
  const message = error instanceof Error ? error.message : String(error)
  return new AppError('INTERNAL', message, { cause: error })
}

/** Whether a registry said that it has no such tag, digest or repository. */
export const isAbsent = (code: string | undefined): boolean =>
  code === 'REGISTRY_NOT_FOUND' || code === 'REGISTRY_REPOSITORY_UNKNOWN'
