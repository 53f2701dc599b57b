import type { ContainerInspect } from '../../src/clients/docker/shapes.ts'
import type { Scene } from '../e2e/stage/scene.ts'

/** Containers by the name of the member that they belong to: its own, and those that a rollout puts beside it. */
export type Families = ReadonlyMap<string, readonly ContainerInspect[]>

/** Every container of the engine, by family. */
export async function lookAtFamilies(scene: Scene): Promise<Families> {
  const ids = (await scene.docker('ps', '--all', '--quiet', '--no-trunc')).split('\n')
  // The engine is ours and of a known version.
  const all = JSON.parse(await scene.docker('container', 'inspect', ...ids)) as ContainerInspect[]
  return Map.groupBy(all, ({ Name }) => Name.slice(1).replace(/\.longshore-\w+$/, ''))
}

/** Names of the volumes of the engine, in order. */
export async function lookAtVolumes(scene: Scene): Promise<readonly string[]> {
  return (await scene.docker('volume', 'ls', '--quiet')).split('\n').toSorted()
}
