import { AppError, type ErrorCode } from '../../errors.ts'

/**
 * Whose fault it is when an instance cannot be created or started, by the engine's words (26.1 with runc 1.1).
 * The first that matches decides; the surroundings come first, since they are tried again.
 */
const causes: readonly { readonly code: ErrorCode; readonly pattern: RegExp }[] = [
  // A mount that does not fit the image's own path: the settings were right for the old image.
  { code: 'TARGET_START_FAILED', pattern: /trying to mount a directory onto a file/i },
  {
    code: 'TARGET_CONFLICT',
    pattern: /port is already allocated|address already in use|cannot assign requested address/i,
  },
  { code: 'TARGET_CONFLICT', pattern: /\bnetwork \S+ not found|endpoint with name .* already exists/i },
  { code: 'TARGET_CONFLICT', pattern: /no available (IPv[46] )?address|bind source path does not exist/i },
  { code: 'TARGET_FAILED', pattern: /no space left on device|cannot allocate memory|too many open files/i },
  { code: 'TARGET_FAILED', pattern: /device information|could not select device driver|logging driver|\/proc\/sys\// },
  {
    code: 'TARGET_START_FAILED',
    pattern: /exec format error|executable file not found|unable to start container process: exec:/,
  },
  {
    code: 'TARGET_START_FAILED',
    pattern: /no command specified|unable to find (user|group)|matching entries in (passwd|group) file/,
  },
  { code: 'TARGET_START_FAILED', pattern: /chdir to cwd|Cannot mkdir: .* is not a directory/ },
]

/** An engine's error on create or start, told apart: TARGET_START_FAILED is the candidate's own fault. */
export function startFailure(error: unknown): unknown {
  if (!(error instanceof AppError) || !isEngineAnswer(error)) return error
  const message = withoutSubject(error.message)
  const code = causes.find(({ pattern }) => pattern.test(message))?.code ?? error.code
  return new AppError(code, message, { cause: error })
}

/** Anything else did not come from the engine, or says nothing about the candidate. */
const isEngineAnswer = ({ code }: AppError): boolean =>
  ['TARGET_REJECTED', 'TARGET_CONFLICT', 'TARGET_FAILED', 'TARGET_NOT_FOUND'].includes(code)

/** The engine's own words. */
export const withoutSubject = (message: string): string => message.replace(/^(GET|POST|DELETE) \S+: /, '')
