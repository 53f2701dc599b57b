import type { Digest } from '../../image/digest.ts'
import type { ImageReference } from '../../image/reference.ts'

/**
 * The image reference under which a new version is to run: spelled as the user spelled it, with only the tag changed,
 * and the digest written behind it where that is wanted.
 *
 * @param image as the user wrote it
 * @param reference the same, parsed
 * @param digest to write behind the tag; null to write none
 */
export function wantedImage(image: string, reference: ImageReference, tag: string, digest: Digest | null): string {
  const [named = image] = image.split('@')
  const isSameTag = reference.tag === tag || (reference.tag === null && tag === 'latest')
  const name = reference.tag === null ? named : named.slice(0, named.lastIndexOf(':'))
  const tagged = isSameTag && digest === null ? named : `${name}:${tag}`
  return digest === null ? tagged : `${tagged}@${digest}`
}
