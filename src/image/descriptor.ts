import { AppError } from '../errors.ts'
import type { Digest } from './digest.ts'
import { isDigest } from './digest.ts'

/** Content as a document names it: digest, media type, size. */
export interface ContentDescriptor<Kind extends Digest = Digest> {
  readonly digest: Kind
  readonly mediaType: string
  readonly sizeBytes: number
}

/** An object out of a JSON document, of whose fields nothing is known. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Descriptors that a document may hold; engines stop at 127 layers, and nobody builds for 100 platforms. */
const listLengthMax = 512

/** Names by RFC 6838, 4.2, which OCI demands. */
const mediaTypePattern = /^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}$/

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The objects in the list `field` of a document.
 * @throws MANIFEST_INVALID when it is no list, too long, or holds something else
 */
export function readObjects(document: JsonObject, field: string): readonly JsonObject[] {
  const list = document[field]
  if (!Array.isArray(list)) throw invalidManifest(`"${field}" is not a list`)
  if (list.length > listLengthMax) {
    throw invalidManifest(`"${field}" has ${list.length} entries, more than ${listLengthMax}`)
  }
  return list.map((entry: unknown, index) => {
    if (!isObject(entry)) throw invalidManifest(`"${field}[${index}]" is not an object`)
    return entry
  })
}

/**
 * @param where names the descriptor in messages: `layers[3]`
 * @throws MANIFEST_INVALID
 */
export function readDescriptor(value: unknown, where: string): ContentDescriptor {
  if (!isObject(value)) throw invalidManifest(`"${where}" is not an object`)
  const { digest, mediaType, size } = value
  if (typeof digest !== 'string' || !isDigest(digest)) throw invalidManifest(`"${where}.digest" is not a digest`)
  if (typeof mediaType !== 'string' || !mediaTypePattern.test(mediaType)) {
    throw invalidManifest(`"${where}.mediaType" is not a media type`)
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalidManifest(`"${where}.size" is not a number of bytes`)
  }
  return { digest, mediaType, sizeBytes: size }
}

export function invalidManifest(problem: string, cause?: unknown): AppError {
  return new AppError('MANIFEST_INVALID', `invalid manifest: ${problem}`, { cause })
}
