import type { PlacementPlatform } from '../../clients/docker/distribution.ts'
import { listOf, objectOf, type JsonObject } from '../../clients/docker/json.ts'
import type { Service } from '../../clients/docker/services.ts'
import { AppError } from '../../errors.ts'
import type { ApplyContext } from '../target.ts'
import type { SwarmDeps } from './swarm-deps.ts'

/** The platforms that a service is kept to; null where it is kept to none. */
export function platformsOf(spec: JsonObject): readonly unknown[] | null {
  const platforms = listOf(objectOf(objectOf(spec['TaskTemplate'])['Placement'])['Platforms'])
  return platforms.length === 0 ? null : platforms
}

/**
 * The platforms that a service is to be kept to with another image. `docker service create` writes those of the image
 * into the specification and `docker service update --image` writes them again: left as they were they would keep the
 * new image off nodes that it can run on, or send it to others. Where nobody wrote any, nothing is written.
 *
 * @returns null where they stay as they are: also when its registry does not tell the manager, as the command has it
 */
export async function platformsFor(
  { engine }: { readonly engine: Pick<SwarmDeps['engine'], 'imagePlatforms'> },
  { spec }: Pick<Service, 'spec'>,
  image: string,
  { pullAuth, signal }: Pick<ApplyContext, 'pullAuth' | 'signal'>,
): Promise<readonly PlacementPlatform[] | null> {
  if (platformsOf(spec) === null) return null
  try {
    const platforms = await engine.imagePlatforms(image, pullAuth ?? null, signal)
    return platforms.length === 0 ? null : platforms
  } catch (error) {
    if (error instanceof AppError && (error.code === 'TARGET_UNAVAILABLE' || error.code === 'ABORTED')) throw error
    return null
  }
}

/** A specification that is kept to other platforms, with nothing else changed. @param platforms null for its own */
export function withPlatforms(spec: JsonObject, platforms: readonly unknown[] | null): JsonObject {
  if (platforms === null) return spec
  const template = objectOf(spec['TaskTemplate'])
  const placement = { ...objectOf(template['Placement']), Platforms: platforms }
  return { ...spec, TaskTemplate: { ...template, Placement: placement } }
}
