/** Who has to do something before the same call can succeed. */
export type Actor = 'user' | 'registry' | 'target' | 'us'

interface ErrorEntry {
  /** Status that the HTTP API answers with. */
  readonly status: number
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retry: boolean
  readonly actor: Actor
  /** One sentence that says what to do. */
  readonly hint: string
}

const entry = (status: number, retry: boolean, actor: Actor, hint: string): ErrorEntry => ({
  status,
  retry,
  actor,
  hint,
})

/**
 * Every error code there is. A code is never reused or renamed once released;
 * `docs/errors.md` is held equal to this table by a test.
 */
export const errorTable = {
  REFERENCE_INVALID: entry(400, false, 'user', 'Write [host/]path[:tag][@digest] in lower case, without blanks.'),
  DIGEST_INVALID: entry(400, false, 'user', 'Write sha256: followed by 64 lower-case hexadecimal digits.'),
  PLATFORM_INVALID: entry(
    400,
    false,
    'user',
    'Write os/architecture or os/architecture/variant, as in linux/arm64/v8.',
  ),
  MANIFEST_INVALID: entry(502, false, 'registry', 'Push the image again; what lies under this tag is not an image.'),

  REGISTRY_NOT_FOUND: entry(
    404,
    true,
    'registry',
    'Check that the repository and the tag exist; nothing is changed while they do not.',
  ),
  REGISTRY_UNAUTHORIZED: entry(401, false, 'user', 'Check the credentials for this registry host.'),
  REGISTRY_FORBIDDEN: entry(
    403,
    false,
    'user',
    'Give the credentials pull access to this repository, or check its name.',
  ),
  REGISTRY_RATE_LIMITED: entry(
    429,
    true,
    'registry',
    'Nothing to do: the host is asked again after the time it named.',
  ),
  REGISTRY_UNAVAILABLE: entry(503, true, 'registry', 'Nothing to do: it is tried again at the next poll.'),
  REGISTRY_INTEGRITY: entry(
    502,
    true,
    'registry',
    'The answer did not match its digest or was cut off; nothing is deployed from it.',
  ),
  REGISTRY_TOO_LARGE: entry(
    502,
    false,
    'registry',
    'The answer is larger than any image description may be; look at what lies there.',
  ),
  REGISTRY_REFUSED: entry(
    502,
    false,
    'user',
    'The registry pointed somewhere that is not allowed; allow the realm in the configuration if it is yours.',
  ),
  REGISTRY_BLOCKED: entry(412, true, 'registry', 'A policy of the registry forbids this image; see its message.'),
  CREDENTIALS_INVALID: entry(400, false, 'user', 'Correct the credentials entry that the message names.'),

  CONFIG_NOT_FOUND: entry(400, false, 'user', 'Name an existing file with --config or LONGSHORE_CONFIG.'),
  CONFIG_INVALID: entry(
    400,
    false,
    'user',
    'Correct what the message names; `longshore config schema` prints what is allowed.',
  ),
  CONFIG_UNSAFE: entry(400, false, 'user', 'Take the write permission from group and others: chmod go-w FILE.'),
  POLICY_INVALID: entry(
    400,
    false,
    'user',
    'Correct the policy; docs/policies/ has a page for each that may be written.',
  ),

  TARGET_UNAVAILABLE: entry(503, true, 'target', 'Start the engine, or name its socket with DOCKER_HOST.'),
  TARGET_FORBIDDEN: entry(
    403,
    false,
    'user',
    "Give this process access to the engine's socket (group docker, or root).",
  ),
  TARGET_UNSUPPORTED: entry(501, false, 'user', 'Use an engine with API 1.41 or newer.'),
  TARGET_NOT_FOUND: entry(
    404,
    false,
    'target',
    'The object is gone from the target; it is looked at afresh at the next pass.',
  ),
  TARGET_CONFLICT: entry(409, true, 'target', 'Free the name or port that the message names; it is tried again later.'),
  TARGET_REJECTED: entry(
    422,
    false,
    'user',
    'The engine refused the settings of this workload; the message says which.',
  ),
  TARGET_FAILED: entry(502, true, 'target', 'See the engine’s own message; it is tried again later.'),
  TARGET_PULL_FAILED: entry(502, true, 'target', 'The image could not be pulled; the old version was not touched.'),
  TARGET_START_FAILED: entry(502, false, 'user', 'The new image cannot be started; see the message.'),
  TARGET_REFUSED: entry(
    409,
    false,
    'us',
    'Longshore would have removed something that is not its own; please report this.',
  ),

  STATE_LOCKED: entry(
    409,
    true,
    'user',
    'Another longshore uses this state; stop it, or give this one its own --state.',
  ),
  STATE_UNREADABLE: entry(
    500,
    false,
    'user',
    'Run as the user who owns the state; if it is damaged or not ours, move it aside to start afresh.',
  ),
  STATE_NEWER: entry(500, false, 'user', 'The state was written by a newer longshore; run that one.'),
  STATE_UNWRITABLE: entry(507, true, 'user', 'Make the state folder writable, or free disk space.'),

  WORKLOAD_NOT_FOUND: entry(404, false, 'user', 'Name a workload as `longshore status` lists it.'),
  CLI_USAGE: entry(400, false, 'user', 'See longshore --help.'),
  ABORTED: entry(503, true, 'us', 'The work was stopped before it ended; it goes on at the next start.'),
  INTERNAL: entry(500, false, 'us', 'This is a fault of longshore; please report it with the message.'),
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable

/**
 * The only error that is thrown on purpose.
 * `message` is safe to show to anybody; private detail belongs in `cause`, credentials nowhere.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  /** Earliest useful next try, in milliseconds from when it was thrown; set for REGISTRY_RATE_LIMITED. */
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
