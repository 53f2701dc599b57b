import { AppError } from '../../errors.ts'
import { ask } from './ask.ts'
import type { AskDeps, Question } from './ask.ts'
import { saysAway, saysNothing, saysWebPage } from './failure.ts'
import type { HttpAnswer } from './wire/exchange.ts'
import { follow } from './wire/follow.ts'
import { isWebPage } from './wire/web-page.ts'

/** Said of whoever answers and is no registry. */
export const noRegistryWords = 'as a server does that is no registry'

/** What was not found, by an answer that gave no reason. */
export type Doubted = Pick<Question<unknown>, 'repository' | 'subject' | 'urgency'>

/**
 * Asks, and does not take a 404 that names no reason for the word of a registry: it may be of who is none, or of who
 * stood in for one until a moment ago. It counts when the registry, heard of by then, says the same again.
 *
 * @param doubt asks for something else, and gives what that finds in place of the 404; null to ask again
 * @throws REGISTRY_UNAVAILABLE for who is no registry; else as `ask`, and what `doubt` gives
 */
export async function askRegistry<T>(
  deps: AskDeps,
  question: Question<T>,
  signal: AbortSignal,
  doubt = noRegistry,
): Promise<T> {
  try {
    return await ask(deps, question, signal)
  } catch (error) {
    if (!(error instanceof AppError) || !saysNothing(error)) throw error
    const reason = await doubt(deps, question, signal, error)
    if (reason !== null) throw reason
  }
  return ask(deps, { ...question, isMirrored: false }, signal)
}

/**
 * Whether who answers 404 is no registry at all: every registry has something at `/v2/`, if only for those who sign in.
 * What stands in the place of one that is away for a moment, such as a router without it, has not.
 *
 * @param error what was asked for first came to
 * @returns null when it is one, or does not let us ask
 * @see OCI distribution-spec, "Determining Support"
 */
export async function noRegistry(
  deps: AskDeps,
  { repository, subject, urgency }: Doubted,
  signal: AbortSignal,
  error: AppError,
): Promise<AppError | null> {
  const url = new URL(`${deps.endpoint(repository.registry).origin}/v2/`)
  const bodyBytesMax = deps.limits.tokenBytes
  const request = { method: 'GET', url, headers: {}, reach: 'configured', bodyBytesMax, subject, urgency } as const
  try {
    const answer = await follow(deps, request, signal)
    if (answer.status >= 500) return unavailable(`${subject}: ${url.host} answered 404, and then ${answer.status}`)
    const isAway = answer.status === 404 || answer.status === 410
    if (!isAway && !(answer.status === 200 && isWebPage(answer.headers, answer.body))) return null
  } catch (failure) {
    return whatIsAway(failure)
  }
  const words = `${subject}: ${url.host} answered 404, and has no /v2/, ${noRegistryWords}`
  // No cause, as of a web page: whoever stands there now may be gone in a moment.
  return unavailable(saysWebPage(error) ? error.message : words)
}

/**
 * Of a registry that is away by now, what was answered in its place a moment before says nothing. Null for any other
 * failure, and for what only a registry itself says.
 */
export const whatIsAway = (failure: unknown): AppError | null =>
  failure instanceof AppError && saysAway(failure)
    ? new AppError(failure.code, failure.message, {
        ...(failure.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
      })
    : null

const unavailable = (message: string): AppError => new AppError('REGISTRY_UNAVAILABLE', message)

/** Whether a successful answer to a question for a manifest has nothing of one: neither type, nor digest, nor version. */
export function isForeign({ headers, body }: HttpAnswer): boolean {
  if (headers['docker-content-digest'] !== undefined) return false
  if (/^application\/vnd\.(?:docker|oci)\./i.test(headers['content-type'] ?? '')) return false
  return !body.includes('"schemaVersion"')
}
