import { AppError, toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import { choosePlatform } from '../../image/platform-match.ts'
import { formatPlatform, type Platform } from '../../image/platform.ts'
import { formatCanonical, tagOf, type ImageReference } from '../../image/reference.ts'
import { isoTime } from '../../lib/clock.ts'
import { fieldOf, textOf } from '../../lib/json-fields.ts'
import type { PushTimeConfidence, Registry } from '../../registries/registry.ts'
import { readSizes } from './platform-sizes.ts'

/** What a registry has under a reference. */
export interface InspectedImage {
  /** Canonical. */
  readonly reference: string
  readonly digest: Digest
  readonly mediaType: string
  readonly platforms: readonly InspectedPlatform[]
  /** Why some of them have no size; null when all have. */
  readonly sizesUnknown: string | null
  /** The platform whose configuration `created` and `labels` are out of; null when there is no image. */
  readonly shown: string | null
  /** When it was built, as its builder says. */
  readonly createdAt: string | null
  readonly labels: Readonly<Record<string, string>>
  /** When the tag was pushed, and how we know; null where the registry does not tell. */
  readonly pushed: { readonly at: string; readonly source: string; readonly confidence: PushTimeConfidence } | null
  /** Why the registry did not tell; null where it did, or keeps no such times. */
  readonly pushedUnknown: string | null
}

interface InspectedPlatform {
  readonly platform: string
  readonly manifest: Digest
  readonly config: Digest | null
  /** Compressed, as it is pulled. */
  readonly sizeBytes: number | null
}

/**
 * Looks an image up, for a person.
 *
 * @param wanted whose labels are shown, if the image has it; else the first
 * @throws REGISTRY_*, MANIFEST_*
 */
export async function inspectImage(
  registry: Registry,
  reference: ImageReference,
  wanted: Platform,
  signal: AbortSignal,
): Promise<InspectedImage> {
  const digest = reference.digest ?? (await readDigest(registry, reference, signal))
  const { mediaType, images: listed, image } = await describeShown(registry, reference, digest, wanted, signal)
  const { images, sizesUnknown } = await readSizes(registry, reference, digest, listed, signal)
  const config = image?.config == null ? null : await registry.readConfig(reference, image.config, signal)
  return {
    reference: formatCanonical(reference),
    digest,
    mediaType,
    platforms: images.map(({ platform, manifest, config: own, sizeBytes }) => ({
      platform: formatPlatform(platform),
      manifest,
      config: own,
      sizeBytes: sizeBytes ?? null,
    })),
    sizesUnknown,
    shown: image === null ? null : formatPlatform(image.platform),
    createdAt: textOf(config, 'created'),
    labels: readLabels(fieldOf(fieldOf(config, 'config'), 'Labels')),
    ...(await readPushTime(registry, reference, digest, signal)),
  }
}

async function readDigest(registry: Registry, reference: ImageReference, signal: AbortSignal): Promise<Digest> {
  const found = await registry.resolve(reference, tagOf(reference), null, signal, 'by-hand')
  if (found !== 'unchanged') return found.digest
  throw new AppError('REGISTRY_INTEGRITY', `${reference.registry} calls unchanged what it never told`)
}

/** One platform's manifest is read for its labels, and first: some registries count every one as a pull. */
async function describeShown(
  registry: Registry,
  reference: ImageReference,
  digest: Digest,
  wanted: Platform,
  signal: AbortSignal,
) {
  const described = await registry.describe(reference, digest, [wanted], signal, 'by-hand')
  const offered = described.images.map(({ platform }) => platform)
  const shown = choosePlatform(wanted, offered) ?? offered[0]
  if (shown === undefined) return { ...described, image: null }
  const isRead = described.images.some(({ platform, config }) => platform === shown && config !== null)
  const { mediaType, images } = isRead
    ? described
    : await registry.describe(reference, digest, [shown], signal, 'by-hand')
  const image = images.find(
    ({ platform, config }) => config !== null && formatPlatform(platform) === formatPlatform(shown),
  )
  return { mediaType, images, image: image ?? null }
}

function readLabels(labels: unknown): Readonly<Record<string, string>> {
  if (typeof labels !== 'object' || labels === null) return {}
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => typeof value === 'string'))
}

/** A registry that keeps no push times, or not for us, is no reason to tell nothing of the image. */
async function readPushTime(
  registry: Registry,
  reference: ImageReference,
  digest: Digest,
  signal: AbortSignal,
): Promise<Pick<InspectedImage, 'pushed' | 'pushedUnknown'>> {
  const nothing = { pushed: null, pushedUnknown: null }
  if (registry.describeTags === undefined || reference.tag === null) return nothing
  const wanted = { tags: [reference.tag], known: new Map() }
  try {
    const [detail] = await registry.describeTags(reference, wanted, signal, 'by-hand')
    // Beside a digest that the tag does not name any more, its time would be that of another image.
    const isOther = reference.digest !== null && detail?.digest != null && detail.digest !== digest
    if (detail?.pushedAt == null || isOther) return nothing
    const { pushedAt, source, confidence } = detail
    return { pushed: { at: isoTime({ now: () => pushedAt }), source, confidence }, pushedUnknown: null }
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'ABORTED') throw thrown
    return { pushed: null, pushedUnknown: error.message }
  }
}
