import { AppError } from '../../errors.ts'
import { ask } from './ask.ts'
import type { AskDeps } from './ask.ts'
import { saysNoRepository, saysNothing } from './failure.ts'
import { noRegistry, whatIsAway } from './no-registry.ts'
import type { Doubted } from './no-registry.ts'
import type { Breakers } from './pace/breakers.ts'

/** Of a longer list the registry has the repository; the rest is not read. */
const listBytesMax = 64 * 1024

/**
 * Whether a tag is not found because its repository is not there. An answer to HEAD has no body to say so, and
 * Distribution says MANIFEST_UNKNOWN of both: what tells is the list of tags.
 *
 * Of who names no reason at all it is asked whether it is a registry.
 *
 * @returns null when the repository is there, or does not let us ask
 */
export async function unknownRepository(
  deps: AskDeps,
  { repository, subject, urgency }: Doubted,
  signal: AbortSignal,
): Promise<AppError | null> {
  const question = { repository, method: 'GET', path: 'tags/list?n=1', headers: {}, subject, urgency } as const
  const quietly = { ...deps, breakers: unheeded, limits: { ...deps.limits, tries: 1 } }
  try {
    await ask(quietly, { ...question, bodyBytesMax: listBytesMax, isMirrored: false, read: () => null }, signal)
    return null
  } catch (failure) {
    if (!(failure instanceof AppError)) throw failure
    if (saysNoRepository(failure)) {
      return new AppError('REGISTRY_REPOSITORY_UNKNOWN', failure.message, { cause: failure.cause })
    }
    return saysNothing(failure) ? noRegistry(deps, question, signal, failure) : whatIsAway(failure)
  }
}

/** A user may read images and yet no lists: what is answered here is held against nobody. */
const unheeded: Breakers = { run: (_asking, work) => work(), standing: () => [], suspicious: () => [] }
