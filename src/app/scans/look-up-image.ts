import { AppError, isAbsent, toAppError } from '../../errors.ts'
import { shortDigest, type Digest } from '../../image/digest.ts'
import type { Platform } from '../../image/platform.ts'
import { familiarName, parseReference, type ImageReference } from '../../image/reference.ts'
import type { App } from '../app.ts'
import { describeImage } from './describe-image.ts'
import { scanRepository } from './scan-repository.ts'

/** What a look at the registry told about an image that a person named. */
export interface ImageLook {
  /** What the tag names; null when the registry could not be asked. */
  readonly digest: Digest | null
  /** To stand behind an answer; empty when all is well. */
  readonly note: string
}

/** How long a person waits for a registry before their word is taken without it. */
const lookMaxMs = 20_000

/**
 * Checks that text is a tag.
 * @throws REFERENCE_INVALID
 */
export function checkTag(reference: ImageReference, tag: string): void {
  const read = parseReference(`${familiarName(reference)}:${tag}`)
  if (read.tag !== tag || read.digest !== null) throw new AppError('REFERENCE_INVALID', `"${tag}" is not a tag`)
}

/**
 * What a tag names now, by one HEAD, kept as every scan is, so that it can be decided on at once. A tag that there
 * never was leaves no trace.
 * @throws IMAGE_NOT_FOUND when the registry says that there is no such tag
 */
export async function lookUpTag(app: App, reference: ImageReference, tag: string): Promise<ImageLook> {
  const { store } = app
  const { registry, repository } = reference
  const before = await store.tagObservation(registry, repository, tag)
  const memory = {
    tagObservation: store.tagObservation.bind(store),
    sightings: store.sightings.bind(store),
    saveTagObservation: async () => {},
  }
  try {
    const signal = AbortSignal.timeout(lookMaxMs)
    const deps = { ...app, memory, urgency: 'by-hand' } as const
    const [found] = await scanRepository(deps, { registry, repository }, [tag], signal)
    if (found === undefined) throw new AppError('INTERNAL', 'a scan of one tag found nothing to tell')
    const isMissing = isAbsent(found.failure?.code)
    if (!isMissing || before !== null) await store.saveTagObservation(found)
    if (isMissing) throw missing(reference, `:${tag}`)
    if (found.failure !== null) return { digest: null, note: notAsked(found.failure.sentence) }
    return { digest: found.digest, note: '' }
  } catch (error) {
    const { code, message } = toAppError(error)
    if (code === 'IMAGE_NOT_FOUND' || code.startsWith('STATE_')) throw error
    return { digest: null, note: notAsked(message) }
  }
}

/**
 * Sees whether a registry has a digest, and keeps what lies under it.
 * @throws IMAGE_NOT_FOUND when it says that it has not
 */
export async function lookUpDigest(
  app: App,
  reference: ImageReference,
  digest: Digest,
  platform: Platform | null,
): Promise<ImageLook> {
  try {
    await describeImage(app, reference, digest, platform, AbortSignal.timeout(lookMaxMs), 'by-hand')
    return { digest, note: '' }
  } catch (error) {
    const { code, message } = toAppError(error)
    if (code.startsWith('STATE_') || code.startsWith('MANIFEST_')) throw error
    if (isAbsent(code)) throw missing(reference, `@${shortDigest(digest)}`)
    return { digest, note: notAsked(message) }
  }
}

const missing = (reference: ImageReference, what: string): AppError =>
  new AppError('IMAGE_NOT_FOUND', `the registry has no ${familiarName(reference)}${what}`)

const notAsked = (sentence: string): string =>
  `; the registry could not be asked (${sentence}), so it has to wait until that answers`
