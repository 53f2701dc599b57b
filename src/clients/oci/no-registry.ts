import { AppError } from '../../errors.ts'
import type { AskDeps } from './ask.ts'
import type { RepositoryName } from './credentials/credentials.ts'
import type { Urgency } from './pace/urgency.ts'
import type { HttpAnswer } from './wire/exchange.ts'
import { follow } from './wire/follow.ts'
import { isWebPage } from './wire/web-page.ts'

/** Said of whoever answers and is no registry. */
export const noRegistryWords = 'as a server does that is no registry'

/**
 * Whether who answers 404 is no registry at all: every registry has something at `/v2/`, if only for those who sign in.
 *
 * @param error that it stands for
 * @returns null when it is one, or nobody can tell
 * @see OCI distribution-spec, "Determining Support"
 */
export async function noRegistry(
  deps: AskDeps,
  { registry }: RepositoryName,
  { cause }: AppError,
  { subject, signal, urgency }: { readonly subject: string; readonly signal: AbortSignal; readonly urgency: Urgency },
): Promise<AppError | null> {
  const url = new URL(`${deps.endpoint(registry).origin}/v2/`)
  const bodyBytesMax = deps.limits.tokenBytes
  const request = { method: 'GET', url, headers: {}, reach: 'configured', bodyBytesMax, subject, urgency } as const
  try {
    const answer = await follow(deps, request, signal)
    const isAway = answer.status === 404 || answer.status === 410
    if (!isAway && !(answer.status === 200 && isWebPage(answer.headers, answer.body))) return null
  } catch {
    return null // what was asked first has been answered
  }
  const message = `${subject}: ${url.host} answered 404, and has no /v2/, ${noRegistryWords}`
  return new AppError('REGISTRY_NOT_FOUND', message, { cause })
}

/** Whether a successful answer to a question for a manifest has nothing of one: neither type, nor digest, nor version. */
export function isForeign({ headers, body }: HttpAnswer): boolean {
  if (headers['docker-content-digest'] !== undefined) return false
  if (/^application\/vnd\.(?:docker|oci)\./i.test(headers['content-type'] ?? '')) return false
  return !body.includes('"schemaVersion"')
}
