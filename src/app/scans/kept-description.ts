import { isDigest, type Digest } from '../../image/digest.ts'
import { fieldOf } from '../../lib/json-fields.ts'
import type { ImageDescription, Repository } from '../../registries/registry.ts'
import type { Store } from '../../store/store.ts'

/**
 * What lies under a digest, as far as somebody looked into it; null when nobody did, or what is kept of it is no
 * description: whoever needs it asks the registry anew, and that takes its place.
 */
export async function keptDescription(
  store: Pick<Store, 'imageDescription'>,
  { registry, repository }: Repository,
  digest: Digest,
): Promise<ImageDescription | null> {
  const kept = await store.imageDescription(registry, repository, digest)
  return isDescription(kept) ? kept : null
}

/** By its types alone: names of platforms that nobody knows are as registries write them. */
function isDescription(value: unknown): value is ImageDescription {
  const images = fieldOf(value, 'images')
  return hasDigest(value, 'digest') && hasText(value, 'mediaType') && Array.isArray(images) && images.every(isImage)
}

function isImage(value: unknown): boolean {
  const platform = fieldOf(value, 'platform')
  return (
    hasText(platform, 'os') &&
    hasText(platform, 'architecture') &&
    (fieldOf(platform, 'variant') === null || hasText(platform, 'variant')) &&
    hasDigest(value, 'manifest') &&
    (fieldOf(value, 'config') === null || hasDigest(value, 'config')) &&
    ['number', 'undefined'].includes(typeof fieldOf(value, 'sizeBytes'))
  )
}

const hasText = (value: unknown, key: string): boolean => typeof fieldOf(value, key) === 'string'

function hasDigest(value: unknown, key: string): boolean {
  const found = fieldOf(value, key)
  return typeof found === 'string' && isDigest(found)
}
