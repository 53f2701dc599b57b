import { toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { PlatformImage, Registry, Repository } from '../../registries/registry.ts'

/** Of how many platforms the manifests are read, that of the shown one included. */
const platformsMax = 16

/** Images with the sizes that could be learned, and why others could not. */
export interface SizedImages {
  readonly images: readonly PlatformImage[]
  /** For people; null when each has its size. */
  readonly sizesUnknown: string | null
}

/**
 * Learns what each platform's image takes: one GET for each, and one for the index. Not where such a GET counts as a
 * pull, of which rollouts may need the last.
 *
 * @throws ABORTED
 */
export async function readSizes(
  registry: Registry,
  repository: Repository,
  digest: Digest,
  images: readonly PlatformImage[],
  signal: AbortSignal,
): Promise<SizedImages> {
  const missing = images.filter(({ sizeBytes }) => sizeBytes === undefined)
  if (missing.length === 0) return { images, sizesUnknown: null }
  if (registry.pullBudget?.()) {
    return { images, sizesUnknown: 'each counts as a pull there; --platform reads the one that it names' }
  }
  const read = missing.slice(0, platformsMax - (images.length - missing.length))
  try {
    const wanted = read.map(({ platform }) => platform)
    const described = await registry.describe(repository, digest, wanted, signal)
    const known = new Map(described.images.map((each) => [each.manifest, each]))
    const sized = images.map((each) => (each.sizeBytes === undefined ? (known.get(each.manifest) ?? each) : each))
    const count = sized.filter(({ sizeBytes }) => sizeBytes !== undefined).length
    return {
      images: sized,
      sizesUnknown: count === images.length ? null : `only ${count} of ${images.length} are read`,
    }
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'ABORTED') throw thrown
    return { images, sizesUnknown: error.message }
  }
}
