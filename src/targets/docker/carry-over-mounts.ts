import { posix } from 'node:path'
import type { ContainerInspect, HostConfig, MountPoint, MountRequest } from '../../clients/docker/shapes.ts'

/** Name that the engine gives to a volume nobody named. */
const anonymousName = /^[0-9a-f]{64}$/

/**
 * The mounts of a container as requests that bring back the same volumes: a volume that the engine named is named
 * at its destination, so that it is kept also when the new image does not declare it.
 *
 * @param inherited where its volumes are another container's, and come from there again
 */
export function carryMounts(
  old: ContainerInspect,
  inherited: ReadonlySet<string> = new Set(),
): Pick<HostConfig, 'Binds' | 'Mounts'> {
  const volumes = new Map<string, MountPoint>()
  for (const mount of old.Mounts ?? []) {
    if (mount.Type === 'volume' && mount.Name !== undefined) volumes.set(posix.resolve(mount.Destination), mount)
  }
  const nameAt = (destination: string): string | undefined => volumes.get(posix.resolve(destination))?.Name

  const binds = (old.HostConfig.Binds ?? []).map((bind) => {
    const name = bind.includes(':') ? undefined : nameAt(bind)
    return name === undefined ? bind : `${name}:${bind}`
  })
  const mounts = (old.HostConfig.Mounts ?? []).map((mount) => {
    const name = mount.Type === 'volume' && !mount.Source ? nameAt(mount.Target) : undefined
    return name === undefined ? mount : { ...mount, Source: name }
  })
  const requested = new Set(
    [...binds.map(bindDestination), ...mounts.map(({ Target }) => Target)].map((path) => posix.resolve(path)),
  )
  const anonymous = [...volumes]
    .filter(([destination]) => !requested.has(destination) && !inherited.has(destination))
    .filter(([, { Name }]) => anonymousName.test(Name ?? ''))
    .map(([, mount]) => named(mount))

  return { Binds: old.HostConfig.Binds ? binds : null, Mounts: [...mounts, ...anonymous] }
}

function bindDestination(bind: string): string {
  const [first = '', second] = bind.split(':')
  return second ?? first
}

/** Content of the image is copied into it only while it is empty, as at its first mount; hence no `NoCopy`. */
function named({ Name = '', Destination, RW, Driver }: MountPoint): MountRequest {
  return {
    Type: 'volume',
    Source: Name,
    Target: Destination,
    ...(RW ? {} : { ReadOnly: true }),
    ...(Driver && Driver !== 'local' ? { VolumeOptions: { DriverConfig: { Name: Driver } } } : {}),
  }
}
