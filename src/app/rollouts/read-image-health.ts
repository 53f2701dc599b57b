import { toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { ImageHealth } from '../../rollout/image-health.ts'
import type { App } from '../app.ts'
import { describeImage } from '../scans/describe-image.ts'
import { imageFor } from '../workloads/running-image.ts'
import { repositoryOf, type WatchableWorkload } from '../workloads/watched-workloads.ts'

/** How long a registry is waited for. Without its answer a proof may only count for less than it is. */
const askMaxMs = 5000

/** Rollouts of a workload that are looked through for what was told before. */
const rolloutsMax = 50

/**
 * What an image that is about to be rolled out brings of a health check, where its target cannot see that by itself. A
 * digest never moves: what was told of it before holds, so that a way back need not wait for a registry.
 * @returns null where nobody has to ask, and when the registry does not tell
 */
export async function readImageHealth(
  app: App,
  watched: WatchableWorkload,
  digest: Digest,
  stop: AbortSignal,
): Promise<ImageHealth | null> {
  const { workload, target } = watched
  if (target.readImageHealth === undefined) return null
  const known = (await app.store.rollouts(workload.id, rolloutsMax)).find(
    (each) => each.digest === digest && each.imageHealth !== undefined,
  )
  if (known?.imageHealth !== undefined) return known.imageHealth
  const repository = repositoryOf(watched)
  const signal = AbortSignal.any([stop, AbortSignal.timeout(askMaxMs)])
  try {
    const description = await describeImage(app, repository, digest, workload.platform, signal)
    const config = imageFor(workload, description)?.config ?? null
    if (config === null) return null
    return target.readImageHealth(await app.registryFor(repository.registry).readConfig(repository, config, signal))
  } catch (error) {
    if (toAppError(error).code.startsWith('STATE_')) throw error
    return null
  }
}
