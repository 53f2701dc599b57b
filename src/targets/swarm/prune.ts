import { unlessInUse } from '../engine/unless-in-use.ts'
import type { SupersededImage } from '../target.ts'
import type { SwarmDeps } from './swarm-deps.ts'

/** Removes an image that a service runs no more from this node, where nothing else uses it; other nodes are out of reach. */
export async function prune(
  { engine }: Pick<SwarmDeps, 'engine'>,
  { repository, digest }: SupersededImage,
  signal: AbortSignal,
): Promise<boolean> {
  if (digest === null) return false
  const reference = `${repository}@${digest}`
  const image = await engine.inspectImage(reference, signal)
  if (image === null) return true
  const isUsed = (await engine.listContainers(signal)).some(({ imageId }) => imageId === image.Id)
  if (isUsed || (image.RepoTags ?? []).length > 0) return false
  return unlessInUse(engine.removeImageReference(reference, signal))
}
