import { posix } from 'node:path'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'

/** Where a container has mounts of its own wish, as its settings name them. */
export function claimedMounts({ HostConfig }: Pick<ContainerInspect, 'HostConfig'>): ReadonlySet<string> {
  const binds = (HostConfig.Binds ?? []).map((bind) => bind.split(':')[1] ?? bind)
  return new Set(
    [...binds, ...(HostConfig.Mounts ?? []).map(({ Target }) => Target), ...Object.keys(HostConfig.Tmpfs ?? {})].map(
      (path) => posix.resolve(path),
    ),
  )
}

/**
 * Whether a container has other volumes than the one that it takes them from. Its own mounts win over those of another,
 * so a place that it claims itself says nothing.
 */
export function hasOtherVolumes(container: ContainerInspect, provider: ContainerInspect): boolean {
  const own = claimedMounts(container)
  const placeOf = (at: string) => (container.Mounts ?? []).find(({ Destination }) => Destination === at)
  return (provider.Mounts ?? [])
    .filter(({ Type, Destination }) => (Type === 'volume' || Type === 'bind') && !own.has(Destination))
    .some(({ Name, Source, Destination }) => {
      const place = placeOf(Destination)
      return Name === undefined ? place?.Source !== Source : place?.Name !== Name
    })
}
