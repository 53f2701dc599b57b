import type { ImageInspect } from '../../clients/docker/shapes.ts'
import { normalizePlatform, type Platform } from '../../image/platform.ts'
import { canonicalName, parseReference } from '../../image/reference.ts'

/** Each `repository@digest` in canonical form; what engines write for images without a name (`<none>@...`) is left out. */
export function canonicalDigests(references: readonly string[]): readonly string[] {
  return references.flatMap((text) => {
    try {
      const reference = parseReference(text)
      return reference.digest === null ? [] : [`${canonicalName(reference)}@${reference.digest}`]
    } catch {
      return []
    }
  })
}

/** Null when the engine does not tell. */
export function platformOf({ Os, Architecture, Variant }: ImageInspect): Platform | null {
  if (!Os || !Architecture) return null
  return normalizePlatform({ os: Os, architecture: Architecture, variant: Variant || null })
}
