import { AppError } from '../errors.ts'
import { isWithinBounds } from './json-bounds.ts'

/**
 * Deeper than any document of registries, and ten times what the largest page of a vendor's API holds; lists of tags are not
 * read like this.
 */
const bounds = { depthMax: 64, partsMax: 200_000 }

/**
 * Parses JSON of strangers. Their bytes are counted first: eight megabytes of `[` would take 360 MB to parse, and as
 * many of `{},` as much to hold.
 *
 * @throws REGISTRY_TOO_LARGE when it is nested too deep or holds too many values; SyntaxError when it is no JSON
 */
export function parseBoundedJson(bytes: Uint8Array): unknown {
  if (!isBounded(bytes)) throw new AppError('REGISTRY_TOO_LARGE', 'JSON that is nested too deep or has too many values')
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
}

/** Whether bytes can be parsed as JSON within bounds; what is no JSON may be. */
export const isBounded = (bytes: Uint8Array): boolean => isWithinBounds(bytes, bounds)
