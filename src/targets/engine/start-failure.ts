import { AppError, type ErrorCode } from '../../errors.ts'

/**
 * Whose fault it is when an instance cannot be created or started, by the engine's words (26.1 with runc 1.1).
 * The first that matches decides. What is held by somebody else is a conflict, what the machine lacks a failure; both
 * are tried again, so they come before what the image itself is blamed for.
 */
const causes: readonly (readonly [ErrorCode, RegExp])[] = [
  ['TARGET_CONFLICT', /port is already allocated|address already in use|cannot assign requested address/i],
  ['TARGET_CONFLICT', /\bnetwork \S+ not found|endpoint with name .* already exists|no available (IPv[46] )?address/i],
  ['TARGET_CONFLICT', /bind source path does not exist|^No such container/],
  ['TARGET_FAILED', /no space left on device|cannot allocate memory|too many open files|cgroup/i],
  ['TARGET_FAILED', /device information|could not select device driver|logging driver|\/proc\/sys\//],
  ['TARGET_START_FAILED', /OCI runtime create failed|exec format error|no command specified/],
  ['TARGET_START_FAILED', /unable to find (user|group)|matching entries in (passwd|group) file/],
  ['TARGET_START_FAILED', /Cannot mkdir: .* is not a directory/],
]

/** An engine's error on create or start, told apart: TARGET_START_FAILED is the candidate's own fault. */
export function startFailure(error: unknown): unknown {
  if (!(error instanceof AppError) || !isEngineAnswer(error)) return error
  const message = withoutSubject(error.message)
  const code = startFailureCode(message) ?? error.code
  return new AppError(code, message, { cause: error })
}

/** The same of the engine's words alone; null for what nobody knows. */
export const startFailureCode = (words: string): ErrorCode | null =>
  causes.find(([, pattern]) => pattern.test(words))?.[0] ?? null

/** Anything else did not come from the engine, or says nothing about the candidate. */
const isEngineAnswer = ({ code }: AppError): boolean =>
  ['TARGET_REJECTED', 'TARGET_CONFLICT', 'TARGET_FAILED', 'TARGET_NOT_FOUND'].includes(code)

/** The engine's own words. */
export const withoutSubject = (message: string): string => message.replace(/^(GET|POST|DELETE) \S+: /, '')
