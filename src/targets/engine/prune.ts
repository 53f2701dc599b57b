import type { Digest } from '../../image/digest.ts'
import type { SupersededImage } from '../target.ts'
import type { EngineDeps } from './engine-deps.ts'
import { keepReference } from './keep-tag.ts'
import { canonicalDigests } from './image-facts.ts'
import { unlessInUse } from './unless-in-use.ts'

/**
 * Takes our references to a superseded image away, never by force; the image goes with its last one.
 * An image that a container uses, running or not, keeps them, since they are how its digest is known.
 */
export async function prune(
  { engine }: EngineDeps,
  { workload, image, repository, digest }: SupersededImage,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await engine.inspectImage(image, signal)
  if (found === null) return true
  const containers = await engine.listContainers(signal)
  if (containers.some(({ imageId }) => imageId === found.Id)) return false
  const ours = keepReference(workload, found.Id)
  const tags = found.RepoTags ?? []
  if (tags.includes(ours) && !(await unlessInUse(engine.removeImageReference(ours, signal)))) return false
  // Any other tag means that the image is wanted; then its digest stays known too.
  if (tags.some((tag) => tag !== ours)) return false
  for (const reference of (found.RepoDigests ?? []).filter((each) => isOf(each, repository, digest))) {
    if (!(await unlessInUse(engine.removeImageReference(reference, signal)))) return false
  }
  return (await engine.inspectImage(found.Id, signal)) === null
}

/** Whether `reference` is the repository's, under the digest or under any. */
function isOf(reference: string, repository: string, digest: Digest | null): boolean {
  const [canonical] = canonicalDigests([reference])
  const own = canonicalDigests([`${repository}@${digest ?? reference.slice(reference.indexOf('@') + 1)}`])
  return canonical !== undefined && own.includes(canonical)
}
