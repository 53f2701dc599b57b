import type { Digest } from '../../image/digest.ts'
import { choosePlatform } from '../../image/platform-match.ts'
import { canonicalName, type ImageReference } from '../../image/reference.ts'
import type { ImageDescription, PlatformImage } from '../../registries/registry.ts'
import type { Workload } from '../../targets/target.ts'

/** The digest under which the engine pulled what a workload runs; null when it was built or loaded there. */
export function runningDigest(workload: Workload, reference: ImageReference): Digest | null {
  const prefix = `${canonicalName(reference)}@`
  const found = workload.repositoryDigests.filter((each) => each.startsWith(prefix))
  const newest = found.at(-1)
  return newest === undefined ? null : (newest.slice(prefix.length) as Digest) // the engine's own digest
}

/**
 * Whether a workload runs what a digest names: under that digest, or under another one with the very same image for
 * its platform, as after a rebuild that changed an attestation alone. Engines name an image by its config digest or,
 * with containerd's store, by that of its index or manifest.
 */
export function runsDigest(
  workload: Workload,
  reference: ImageReference,
  digest: Digest,
  description: ImageDescription | null,
): boolean {
  const names = new Set([
    workload.imageId,
    ...workload.repositoryDigests.map((each) => each.slice(each.indexOf('@') + 1)),
  ])
  if (workload.repositoryDigests.includes(`${canonicalName(reference)}@${digest}`) || workload.imageId === digest)
    return true
  const image = description === null ? null : imageFor(workload, description)
  return image !== null && (names.has(image.manifest) || (image.config !== null && names.has(image.config)))
}

/** The image of a description that this workload's platform runs; null when there is none. */
export function imageFor(workload: Workload, description: ImageDescription): PlatformImage | null {
  if (workload.platform === null) return null
  const chosen = choosePlatform(
    workload.platform,
    description.images.map((each) => each.platform),
  )
  return description.images.find((each) => each.platform === chosen) ?? null
}
