import type {
  ContainerConfig,
  ContainerInspect,
  EndpointSettings,
  HostConfig,
  ImageInspect,
  MountPoint,
  RunConfig,
} from '../../src/clients/docker/shapes.ts'

export const containerId = '7d75167e07d35ba555c06bbca4fcad7dd51200deefca5d3161b0f0e8298b8291'

/** A running container as the engine inspects it, with what a test says about it. */
export function container(
  given: {
    readonly Config?: Partial<ContainerConfig>
    readonly HostConfig?: HostConfig
    readonly Mounts?: readonly Partial<MountPoint>[]
    readonly Networks?: Readonly<Record<string, EndpointSettings>>
  } = {},
): ContainerInspect {
  return {
    Id: containerId,
    Name: '/web',
    Created: '2026-01-01T00:00:00Z',
    Image: 'sha256:old',
    RestartCount: 0,
    State: {
      Status: 'running',
      Running: true,
      Restarting: false,
      Paused: false,
      Dead: false,
      ExitCode: 0,
      Error: '',
      StartedAt: '2026-01-01T00:00:00Z',
      FinishedAt: '0001-01-01T00:00:00Z',
    },
    Config: { Image: 'web:1', Hostname: containerId.slice(0, 12), ...given.Config },
    HostConfig: { NetworkMode: 'bridge', RestartPolicy: { Name: 'always', MaximumRetryCount: 0 }, ...given.HostConfig },
    Mounts: (given.Mounts ?? []).map((mount) => ({
      Type: 'volume',
      Source: '',
      Destination: '/',
      Mode: '',
      RW: true,
      ...mount,
    })),
    NetworkSettings: { Networks: given.Networks ?? { bridge: {} } },
  }
}

export const image = (config: RunConfig = {}): ImageInspect => ({ Id: 'sha256:image', Config: config })
