import { AppError } from '../../errors.ts'
import { withoutSubject } from './start-failure.ts'

/** What stands before the engine's words when a pull failed, so that people see whose turn it is. */
const causes: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "no space left on the engine's disk", pattern: /no space left on device|disk quota exceeded/i },
  {
    what: 'the image has nothing for this platform',
    pattern: /no matching manifest|does not match the specified platform/i,
  },
  {
    what: 'the registry does not have it any more',
    pattern: /manifest unknown|manifest for .* not found|blob unknown|unknown blob|: not found/i,
  },
  {
    what: 'the registry refused the credentials',
    pattern: /unauthorized|denied|authentication required|no basic auth/i,
  },
  { what: 'the registry asks to wait', pattern: /toomanyrequests|too many requests|rate limit/i },
  {
    what: 'what came did not match its digest',
    pattern: /unexpected commit digest|verification failed|digest mismatch/i,
  },
  { what: 'the answer of the registry was cut off', pattern: /unexpected EOF/ },
  {
    what: 'the engine does not reach the registry',
    pattern: /connection refused|connection reset|no such host|i\/o timeout|deadline exceeded|EOF|TLS|x509/,
  },
]

/** A failed pull with its cause in front; anything else as it is. */
export function pullFailure(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'TARGET_PULL_FAILED') return error
  const message = withoutSubject(error.message)
  const what = causes.find(({ pattern }) => pattern.test(message))?.what ?? 'the engine could not pull it'
  return new AppError('TARGET_PULL_FAILED', `${what}: ${message}`, { cause: error })
}
