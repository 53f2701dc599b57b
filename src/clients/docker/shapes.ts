/**
 * The JSON of the Docker Engine API as far as it is read here. Fields that are not named are kept by the index
 * signatures, so that what a newer engine adds is carried along rather than lost.
 * Absent and null mean the same everywhere: engines differ in which of the two they write.
 *
 * @see Docker Engine API v1.45, ContainerInspect, ImageInspect, ContainerCreate
 */
export interface ContainerInspect {
  readonly Id: string
  /** With a leading slash. */
  readonly Name: string
  readonly Created: string
  /** Engine id of the image, `sha256:...`; the reference that the user wrote is `Config.Image`. */
  readonly Image: string
  /** Times the engine itself restarted it. */
  readonly RestartCount: number
  readonly Platform?: string
  readonly State: ContainerState
  readonly Config: ContainerConfig
  readonly HostConfig: HostConfig
  readonly Mounts?: readonly MountPoint[] | null
  readonly NetworkSettings: {
    readonly Networks?: Readonly<Record<string, EndpointSettings>> | null
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

export interface ContainerState {
  readonly Status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
  /** Stays true while the engine is restarting it. */
  readonly Running: boolean
  readonly Restarting: boolean
  readonly Paused: boolean
  readonly Dead: boolean
  readonly ExitCode: number
  readonly Error: string
  /** `0001-01-01T00:00:00Z` before the first start. */
  readonly StartedAt: string
  /** `0001-01-01T00:00:00Z` before the first end. */
  readonly FinishedAt: string
  readonly Health?: {
    readonly Status: string
    readonly FailingStreak?: number
    readonly [field: string]: unknown
  } | null
  readonly [field: string]: unknown
}

/** What an image and a container have in common; the engine merges the first into the second at create. */
export interface RunConfig {
  readonly Env?: readonly string[] | null
  readonly Cmd?: readonly string[] | null
  readonly Entrypoint?: readonly string[] | null
  readonly User?: string | null
  readonly WorkingDir?: string | null
  readonly ExposedPorts?: Readonly<Record<string, object>> | null
  readonly Volumes?: Readonly<Record<string, object>> | null
  readonly Labels?: Readonly<Record<string, string>> | null
  readonly Healthcheck?: HealthCheck | null
  readonly StopSignal?: string | null
  /** Seconds. */
  readonly StopTimeout?: number | null
  readonly Shell?: readonly string[] | null
  readonly OnBuild?: readonly string[] | null
  readonly [field: string]: unknown
}

export interface ContainerConfig extends RunConfig {
  /** As the user wrote it; may be a bare image id. */
  readonly Image: string
  readonly Hostname?: string
  readonly Domainname?: string
  /** Only what the user set, unlike the endpoint's. Left out by API 1.44 and newer when empty. */
  readonly MacAddress?: string
}

/** Durations are nanoseconds; 0 and absent mean the value of the image or the engine. */
export interface HealthCheck {
  /** `[]` inherits, `['NONE']` disables, else `['CMD', ...]` or `['CMD-SHELL', command]`. */
  readonly Test?: readonly string[] | null
  readonly Interval?: number
  readonly Timeout?: number
  readonly StartPeriod?: number
  readonly StartInterval?: number
  readonly Retries?: number
}

export interface HostConfig {
  /** `default`, `bridge`, `host`, `none`, `container:<id>`, or the name or id of a network. */
  readonly NetworkMode?: string
  readonly RestartPolicy?: EngineRestartPolicy | null
  readonly AutoRemove?: boolean
  /** `source:destination[:options]`. */
  readonly Binds?: readonly string[] | null
  readonly Mounts?: readonly MountRequest[] | null
  readonly Tmpfs?: Readonly<Record<string, string>> | null
  readonly VolumesFrom?: readonly string[] | null
  readonly VolumeDriver?: string
  readonly Links?: readonly string[] | null
  readonly PortBindings?: Readonly<Record<string, readonly PortBinding[] | null>> | null
  readonly PublishAllPorts?: boolean
  readonly Devices?: readonly unknown[] | null
  readonly DeviceRequests?: readonly unknown[] | null
  readonly PidMode?: string
  readonly IpcMode?: string
  readonly UTSMode?: string
  readonly [field: string]: unknown
}

export interface EngineRestartPolicy {
  readonly Name: string
  readonly MaximumRetryCount?: number
}

export interface PortBinding {
  readonly HostIp?: string
  /** Empty when the engine is to choose. */
  readonly HostPort?: string
}

/** A mount as it was asked for (`--mount`). */
export interface MountRequest {
  readonly Type: string
  readonly Source?: string
  readonly Target: string
  readonly ReadOnly?: boolean
  readonly [field: string]: unknown
}

/** A mount as it is. */
export interface MountPoint {
  readonly Type: string
  /** Of a volume. */
  readonly Name?: string
  readonly Source: string
  readonly Destination: string
  readonly Driver?: string
  /** Options of the bind syntax, separated by commas. */
  readonly Mode: string
  readonly RW: boolean
  readonly [field: string]: unknown
}

/** One container on one network. What is asked for and what the engine made of it share this shape. */
export interface EndpointSettings {
  /** What was asked for; dynamic addresses never appear here. */
  readonly IPAMConfig?: {
    readonly IPv4Address?: string
    readonly IPv6Address?: string
    readonly LinkLocalIPs?: readonly string[] | null
    readonly [field: string]: unknown
  } | null
  readonly Links?: readonly string[] | null
  /** Below API 1.45 the engine adds the container's short id. */
  readonly Aliases?: readonly string[] | null
  readonly DriverOpts?: Readonly<Record<string, string>> | null
  readonly MacAddress?: string
  readonly NetworkID?: string
  readonly EndpointID?: string
  readonly IPAddress?: string
  readonly DNSNames?: readonly string[] | null
  readonly [field: string]: unknown
}

export interface ImageInspect {
  readonly Id: string
  readonly RepoTags?: readonly string[] | null
  readonly RepoDigests?: readonly string[] | null
  readonly Os?: string
  readonly Architecture?: string
  readonly Variant?: string
  readonly Config?: RunConfig | null
  readonly [field: string]: unknown
}

/** Body of `POST /containers/create`. */
export interface CreateBody extends ContainerConfig {
  readonly HostConfig: HostConfig
  readonly NetworkingConfig?: { readonly EndpointsConfig: Readonly<Record<string, EndpointSettings>> }
}

/** An endpoint on a network: argument of `POST /networks/{network}/connect`. */
export interface NetworkEndpoint {
  /** Name or id, as the container names it. */
  readonly network: string
  readonly endpoint: EndpointSettings
}
