import { AppError } from '../../errors.ts'
import { familiarName, parseReference, tagOf } from '../../image/reference.ts'
import { startFailure } from './start-failure.ts'
import type { EngineDeps } from './engine-deps.ts'

/**
 * Creates a container of an image that its reference may not name any more, as after somebody pulled a newer one: the
 * tag names it for that moment, since the container has to read as its owner wrote it.
 *
 * @returns what `create` gave
 * @throws TARGET_CONFLICT where the reference is no tag that could be moved, and never TARGET_START_FAILED: the image ran
 *   before, so that it cannot be created again is no fault of a candidate
 */
export async function withImageUnder<Result>(
  { engine }: Pick<EngineDeps, 'engine'>,
  { reference, image }: { readonly reference: string; readonly image: string },
  create: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const before = await engine.inspectImage(reference, signal)
  const isNamed = before?.Id === image
  const tagged = isNamed ? null : movable(reference)
  if (tagged !== null) await engine.tagImage(image, tagged.name, tagged.tag, signal)
  try {
    return await create()
  } catch (error) {
    throw notTheCandidate(startFailure(error))
  } finally {
    if (tagged !== null && before !== null) await engine.tagImage(before.Id, tagged.name, tagged.tag, signal)
  }
}

const notTheCandidate = (error: unknown): unknown =>
  error instanceof AppError && error.code === 'TARGET_START_FAILED'
    ? new AppError('TARGET_FAILED', error.message, { cause: error })
    : error

function movable(text: string): { readonly name: string; readonly tag: string } {
  const reference = parseReference(text)
  if (reference.digest !== null) {
    throw new AppError('TARGET_CONFLICT', `${text} does not name the image that the container was made from any more`)
  }
  return { name: familiarName(reference), tag: tagOf(reference) }
}
