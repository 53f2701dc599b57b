import { posix } from 'node:path'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { dependencies, refersTo } from '../../engine/dependants.ts'
import { claimedMounts } from '../../engine/inherited-volumes.ts'
import type { DockerDeps } from '../docker-deps.ts'

/**
 * Where a container has volumes only because another has them (`--volumes-from`): naming those as its own would keep it
 * on them when the other one changes.
 *
 * @param known containers that may be gone
 */
export async function inheritedMounts(
  { engine }: Pick<DockerDeps, 'engine'>,
  container: ContainerInspect,
  known: readonly ContainerInspect[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const inherited = new Set<string>()
  for (const { on, by } of dependencies(container)) {
    if (by !== 'volumes') continue
    const provider = known.find((each) => refersTo(on, each)) ?? (await engine.inspectContainer(on, signal))
    for (const { Destination } of provider?.Mounts ?? []) inherited.add(posix.resolve(Destination))
  }
  for (const own of claimedMounts(container)) inherited.delete(own)
  return inherited
}
