import type { ContentDescriptor, JsonObject } from './descriptor.ts'
import { invalidManifest, isObject, readDescriptor } from './descriptor.ts'
import type { Digest, IndexDigest, ManifestDigest } from './digest.ts'
import { asIndexDigest, asManifestDigest } from './digest.ts'
import { isImageMediaType, isIndexMediaType } from './media-types.ts'
import type { Platform } from './platform.ts'
import { isPlatform, normalizePlatform } from './platform.ts'

interface Entry<Kind extends string, EntryDigest extends Digest> extends ContentDescriptor<EntryDigest> {
  readonly kind: Kind
  /** Null when the index does not tell: the image's configuration does. */
  readonly platform: Platform | null
  /** Whether it says something about another entry (as BuildKit's provenance does) and is nothing to run. */
  readonly isAttestation: boolean
}

/** One line of an index: an image, or another index. */
export type IndexEntry = Entry<'image', ManifestDigest> | Entry<'index', IndexDigest>

/**
 * @returns null for a media type that is neither an image nor an index: OCI says to pass over these
 * @throws MANIFEST_INVALID
 */
export function readIndexEntry(object: JsonObject, where: string): IndexEntry | null {
  const { digest, mediaType, sizeBytes } = readDescriptor(object, where)
  const platform = readPlatform(object['platform'], where)
  const common = { mediaType, sizeBytes, platform, isAttestation: isAttestation(object, platform) }
  if (isImageMediaType(mediaType)) return { kind: 'image', digest: asManifestDigest(digest), ...common }
  if (isIndexMediaType(mediaType)) return { kind: 'index', digest: asIndexDigest(digest), ...common }
  return null
}

function readPlatform(value: unknown, where: string): Platform | null {
  if (value === undefined || value === null) return null
  if (!isObject(value)) throw invalidManifest(`"${where}.platform" is not an object`)
  const [os, architecture, variant] = [value['os'], value['architecture'], value['variant']].map((text) => text ?? '')
  if (typeof os !== 'string' || typeof architecture !== 'string' || typeof variant !== 'string') {
    throw invalidManifest(`"${where}.platform" is not made of text`)
  }
  if (os === '' || architecture === '') return null
  const platform = { os, architecture, variant: variant || null }
  if (!isPlatform(platform)) throw invalidManifest(`"${where}.platform" is not a platform`)
  return normalizePlatform(platform)
}

function isAttestation(object: JsonObject, platform: Platform | null): boolean {
  const annotations = object['annotations']
  return (
    (platform?.os === 'unknown' && platform.architecture === 'unknown') ||
    (isObject(annotations) && annotations['vnd.docker.reference.type'] !== undefined)
  )
}
