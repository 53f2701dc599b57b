import { pullPauseMs, saysPullsUsedUp } from '../../clients/oci/pace/pull-refusal.ts'
import { retryAfterInText } from '../../clients/oci/pace/retry-after.ts'
import { AppError } from '../../errors.ts'
import type { Refused } from '../../rollout/registry-wait.ts'
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

/** Status 429 in the words of engines with either image store; first of all, since registries add words of their own. */
const asksToWait = /toomanyrequests|too many requests|rate limit|unexpected status\D{0,80} 429\b/i

/**
 * The engine keeps `Retry-After` to itself. Long enough for what registries usually ask for; whoever pulls again asks the
 * registry itself first, which then says what is left.
 */
const usualPauseMs = 120_000

/** Whether the registry refused this pull as it would refuse any other, and nothing else. */
export const refusedOf = ({ message }: AppError): Refused => (saysPullsUsedUp(message) ? 'pulls' : 'everything')

/**
 * A failed pull with its cause in front; anything else as it is.
 * @returns with `retryAfterMs` where the registry asked the engine to wait
 */
export function pullFailure(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'TARGET_PULL_FAILED') return error
  const message = withoutSubject(error.message)
  if (asksToWait.test(message)) {
    const isSpent = saysPullsUsedUp(message)
    const retryAfterMs = retryAfterInText(message) ?? (isSpent ? pullPauseMs : usualPauseMs)
    const what = isSpent ? 'there are no pulls left for now' : 'the registry asks to wait'
    return new AppError('TARGET_PULL_FAILED', `${what}: ${message}`, { cause: error, retryAfterMs })
  }
  const what = causes.find(({ pattern }) => pattern.test(message))?.what ?? 'the engine could not pull it'
  return new AppError('TARGET_PULL_FAILED', `${what}: ${message}`, { cause: error })
}
