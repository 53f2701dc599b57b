import { AppError } from '../errors.ts'
import type { ContentDescriptor, JsonObject } from './descriptor.ts'
import { invalidManifest, isObject, readDescriptor, readObjects } from './descriptor.ts'
import type { ConfigDigest } from './digest.ts'
import { asConfigDigest } from './digest.ts'
import type { IndexEntry } from './index-entry.ts'
import { readIndexEntry } from './index-entry.ts'
import type { ImageMediaType, IndexMediaType } from './media-types.ts'
import {
  isConfigMediaType,
  isImageMediaType,
  isIndexMediaType,
  isLayerMediaType,
  isSchema1MediaType,
  nameArtifact,
} from './media-types.ts'
import { quote } from './quote.ts'

/** What a tag names, read: an index of several images, or one image. */
export type Manifest =
  | {
      readonly kind: 'index'
      readonly mediaType: IndexMediaType
      /** At least one was listed; entries of media types that nobody can run are left out, attestations are not. */
      readonly entries: readonly IndexEntry[]
    }
  | {
      readonly kind: 'image'
      readonly mediaType: ImageMediaType
      readonly config: ContentDescriptor<ConfigDigest>
      /** Lowest first; may be empty. */
      readonly layers: readonly ContentDescriptor[]
    }

/**
 * Reads a manifest or index of OCI or Docker out of the bytes that a registry served.
 *
 * @param mediaType the Content-Type it was served with, parameters allowed; null when there was none
 * @throws MANIFEST_INVALID saying what it is instead, whatever the bytes are
 * @see OCI image-spec, manifest.md and image-index.md
 */
export function parseManifest(mediaType: string | null, bytes: Uint8Array): Manifest {
  const document = readDocument(bytes)
  const type = readMediaType(mediaType, document)
  if (isIndexMediaType(type)) return readIndex(type, document)
  if (isImageMediaType(type)) return readImage(type, document)
  throw notAnImage(type)
}

function readDocument(bytes: Uint8Array): JsonObject {
  let document: unknown
  try {
    // A byte order mark is kept, and then refused: other readers of the same bytes refuse it too.
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (cause) {
    throw invalidManifest('it is not JSON', cause)
  }
  if (!isObject(document)) throw invalidManifest('it is not a JSON object')
  return document
}

function readMediaType(contentType: string | null, document: JsonObject): string {
  const served = contentType?.split(';', 1)[0]?.trim().toLowerCase() || null
  const written = document['mediaType'] ?? null
  if (written !== null && typeof written !== 'string') throw invalidManifest('"mediaType" is not text')
  if (document['schemaVersion'] === 1 || [served, written].some((type) => type !== null && isSchema1MediaType(type))) {
    throw new AppError('MANIFEST_INVALID', 'this is a Docker schema 1 manifest, which engines no longer pull')
  }
  if (document['schemaVersion'] !== 2) throw invalidManifest('"schemaVersion" is not 2')
  if (served !== null && written !== null && served !== written) {
    throw invalidManifest(`it was served as ${quote(served)} and calls itself ${quote(written)}`)
  }
  return written ?? served ?? guessMediaType(document)
}

/** OCI lets a document leave its type out; Docker's types never do. */
function guessMediaType(document: JsonObject): IndexMediaType | ImageMediaType {
  return document['manifests'] === undefined
    ? 'application/vnd.oci.image.manifest.v1+json'
    : 'application/vnd.oci.image.index.v1+json'
}

function readIndex(mediaType: IndexMediaType, document: JsonObject): Manifest {
  refuseFields(document, ['config', 'layers', 'fsLayers'])
  const objects = readObjects(document, 'manifests')
  if (objects.length === 0) throw invalidManifest('it is an index without entries')
  const entries = objects.map((object, index) => readIndexEntry(object, `manifests[${index}]`))
  return { kind: 'index', mediaType, entries: entries.filter((entry) => entry !== null) }
}

function readImage(mediaType: ImageMediaType, document: JsonObject): Manifest {
  refuseFields(document, ['manifests', 'fsLayers'])
  const config = readDescriptor(document['config'], 'config')
  if (!isConfigMediaType(config.mediaType)) {
    const { artifactType } = document
    throw notAnImage(typeof artifactType === 'string' ? artifactType : config.mediaType)
  }
  const layers = readObjects(document, 'layers').map((object, index) => readDescriptor(object, `layers[${index}]`))
  const [lowest] = layers
  // Signatures and attestations come with the configuration of an image, and tell by their layers alone.
  if (lowest !== undefined && !layers.some((layer) => isLayerMediaType(layer.mediaType))) {
    throw notAnImage(lowest.mediaType)
  }
  return { kind: 'image', mediaType, config: { ...config, digest: asConfigDigest(config.digest) }, layers }
}

/** A document that can be read both as an index and as an image is read differently by others: CVE-2021-41190. */
function refuseFields(document: JsonObject, fields: readonly string[]): void {
  const found = fields.find((field) => document[field] !== undefined)
  if (found !== undefined) throw invalidManifest(`"${found}" does not belong into it, which makes it ambiguous`)
}

function notAnImage(mediaType: string): AppError {
  return new AppError('MANIFEST_INVALID', `this is ${nameArtifact(mediaType)} (${quote(mediaType)}), not an image`)
}
