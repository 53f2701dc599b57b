import { AppError } from '../../errors.ts'
import { ask } from './ask.ts'
import type { AskDeps } from './ask.ts'
import type { RepositoryName } from './credentials/credentials.ts'
import { saysNoRepository } from './failure.ts'
import { noRegistry, whatIsAway } from './no-registry.ts'
import type { Breakers } from './pace/breakers.ts'
import type { Urgency } from './pace/urgency.ts'

/** Of a longer list the registry has the repository; the rest is not read. */
const listBytesMax = 64 * 1024

/**
 * Whether a tag is not found because its repository is not there. An answer to HEAD has no body to say so, and
 * Distribution says MANIFEST_UNKNOWN of both: what tells is the list of tags.
 *
 * Of who names no reason at all it is asked whether it is a registry.
 *
 * @param error why the tag was not found; any other is left alone
 * @returns null when the repository is there, or does not let us ask
 */
export async function unknownRepository(
  deps: AskDeps,
  repository: RepositoryName,
  error: unknown,
  { subject, signal, urgency }: { readonly subject: string; readonly signal: AbortSignal; readonly urgency: Urgency },
): Promise<AppError | null> {
  if (!(error instanceof AppError) || error.code !== 'REGISTRY_NOT_FOUND') return null
  const question = { repository, method: 'GET', path: 'tags/list?n=1', headers: {}, subject, urgency } as const
  const quietly = { ...deps, breakers: unheeded, limits: { ...deps.limits, tries: 1 } }
  try {
    await ask(quietly, { ...question, bodyBytesMax: listBytesMax, isMirrored: false, read: () => null }, signal)
    return null
  } catch (failure) {
    if (!(failure instanceof AppError) || !saysNoRepository(failure)) {
      return whatIsAway(failure) ?? noRegistry(deps, question, failure, signal)
    }
    return new AppError('REGISTRY_REPOSITORY_UNKNOWN', failure.message, { cause: failure.cause })
  }
}

/** A user may read images and yet no lists: what is answered here is held against nobody. */
const unheeded: Breakers = { run: (_asking, work) => work(), standing: () => [], suspicious: () => [] }
