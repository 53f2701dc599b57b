import type { ContainerConfig, ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'
import { withoutImageDefaults } from './image-defaults.ts'

/** Start of the names of all labels by which we know what we created and why. */
export const operationLabelPrefix = 'longshore.operation'

/** What the config part of a new container is made from. */
export interface ConfigSources {
  readonly old: ContainerInspect
  readonly oldImage: ImageInspect
  /** As the user wrote it. */
  readonly image: string
  readonly operationLabels: Readonly<Record<string, string>>
}

/** The user's own part of a container's config, for the new image to fill up, under our new labels. */
export function carryConfig({ old, oldImage, image, operationLabels }: ConfigSources): ContainerConfig {
  const {
    Env: _env,
    Cmd: _cmd,
    Entrypoint: _entrypoint,
    User: _user,
    WorkingDir: _workingDir,
    ExposedPorts: _exposedPorts,
    Volumes: _volumes,
    Labels: _labels,
    Healthcheck: _healthcheck,
    StopSignal: _stopSignal,
    Hostname: _hostname,
    Domainname: _domainName,
    // Belongs to an endpoint since API 1.44; put where it belongs by carryNetworks.
    MacAddress: _macAddress,
    ...neverFromImage
  } = old.Config
  const own = withoutImageDefaults(old.Config, oldImage.Config ?? {})
  return {
    ...neverFromImage,
    ...own,
    Image: image,
    Labels: { ...withoutOperationLabels(own.Labels ?? {}), ...operationLabels },
    ExposedPorts: { ...own.ExposedPorts, ...publishedPorts(old) },
    ...ownHostNames(old),
  }
}

/** Labels without those that one of our rollouts put there. */
export function withoutOperationLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith(operationLabelPrefix)))
}

/**
 * Ports that have to stay exposed whatever the image exposes: the engine publishes no port that is not (seen on 26).
 */
export function publishedPorts(old: ContainerInspect): Readonly<Record<string, object>> {
  const bindings = old.HostConfig.PortBindings ?? {}
  return Object.fromEntries(
    Object.entries(old.Config.ExposedPorts ?? {}).filter(([port]) => Object.hasOwn(bindings, port)),
  )
}

/**
 * The names that the user chose for the container as a host. The engine names it after its short id, and one in
 * another's network after that other; it refuses a host name where the host's own is used.
 */
export function ownHostNames({
  Id,
  Config,
  HostConfig,
}: ContainerInspect): Pick<ContainerConfig, 'Hostname' | 'Domainname'> {
  if (HostConfig.NetworkMode?.startsWith('container:')) return {}
  const isEngineMade = Config.Hostname === Id.slice(0, 12) || HostConfig.UTSMode === 'host'
  return {
    ...(Config.Hostname && !isEngineMade ? { Hostname: Config.Hostname } : {}),
    ...(Config.Domainname ? { Domainname: Config.Domainname } : {}),
  }
}
