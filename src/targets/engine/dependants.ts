import type { ContainerInspect } from '../../clients/docker/shapes.ts'

/** The containers that a container cannot run without, as it names them (name or id), with what it needs them for. */
export function dependencies({
  HostConfig,
}: ContainerInspect): readonly { readonly on: string; readonly by: string }[] {
  const modes = [
    { mode: HostConfig.NetworkMode, by: 'network' },
    { mode: HostConfig.PidMode, by: 'processes' },
    { mode: HostConfig.IpcMode, by: 'memory' },
  ]
  return [
    ...modes.flatMap(({ mode, by }) => (mode?.startsWith('container:') ? [{ on: mode.slice(10), by }] : [])),
    ...(HostConfig.VolumesFrom ?? []).map((from) => ({ on: from.split(':', 1)[0] ?? '', by: 'volumes' })),
    ...(HostConfig.Links ?? []).map((link) => ({ on: (link.split(':', 1)[0] ?? '').replace(/^\//, ''), by: 'link' })),
  ]
}

/** Names of the containers that would break with each container, by its id. */
export function dependants(all: readonly ContainerInspect[]): ReadonlyMap<string, readonly string[]> {
  const byReference = new Map(all.flatMap((each) => [[each.Id, each.Id] as const, [nameOf(each), each.Id] as const]))
  const found = new Map<string, string[]>()
  for (const each of all) {
    for (const { on } of dependencies(each)) {
      const id = byReference.get(on)
      if (id !== undefined) found.set(id, [...(found.get(id) ?? []), nameOf(each)])
    }
  }
  return found
}

/** A container's name without the engine's slash. */
export const nameOf = ({ Name }: Pick<ContainerInspect, 'Name'>): string => Name.replace(/^\//, '')
