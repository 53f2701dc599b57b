import type {
  ContainerInspect,
  EndpointSettings,
  MountPoint,
  MountRequest,
  RunConfig,
} from '../../src/clients/docker/shapes.ts'

const anonymous = /^[0-9a-f]{64}$/

/** Everything about a container that its user or its image decided, in one form, so that two can be compared. */
export function decided(container: ContainerInspect): unknown {
  const { Config, HostConfig, NetworkSettings, Mounts, Id } = container
  const shortId = Id.slice(0, 12)
  const labels = Object.entries(Config.Labels ?? {}).filter(([key]) => !key.startsWith('longshore.operation'))
  return withoutNothing({
    Config: {
      ...Config,
      Env: (Config.Env ?? []).toSorted(),
      Hostname: Config.Hostname === shortId ? 'the short id' : Config.Hostname,
      Labels: Object.fromEntries(labels),
    },
    HostConfig: {
      ...HostConfig,
      // Says where the client wrote the id of that one container.
      ContainerIDFile: '',
      Links: HostConfig.Links?.map((link) => link.replace(container.Name, '')),
      // A volume that nobody named is compared by what is mounted. The docker command sends binds in any order.
      Binds: HostConfig.Binds?.filter((bind) => bind.includes(':')).toSorted(),
      Mounts: HostConfig.Mounts?.filter((mount) => !isAnonymous(mount)),
    },
    Mounts: (Mounts ?? [])
      .filter(({ Name = '' }) => !anonymous.test(Name))
      .toSorted((a, b) => (a.Destination < b.Destination ? -1 : 1)),
    Networks: Object.fromEntries(
      Object.entries(NetworkSettings.Networks ?? {}).map(([name, endpoint]) => [name, decidedEndpoint(endpoint)]),
    ),
  })
}

/** What an image has a say in, in one form. */
export function givenByImage(config: RunConfig): unknown {
  const { Env, Cmd, Entrypoint, User, WorkingDir, ExposedPorts, Volumes, Labels, Healthcheck, StopSignal } = config
  const lists = { Env: (Env ?? []).toSorted(), Cmd, Entrypoint }
  return withoutNothing({ ...lists, User, WorkingDir, ExposedPorts, Volumes, Labels, Healthcheck, StopSignal })
}

/** Where a container has volumes that nobody named, and which. */
export function anonymousVolumes({
  Mounts,
}: ContainerInspect): ReadonlyMap<string, Pick<MountPoint, 'Name' | 'RW' | 'Driver'>> {
  return new Map(
    (Mounts ?? [])
      .filter(({ Name = '' }) => anonymous.test(Name))
      .map(({ Destination, Name = '', RW, Driver = '' }) => [Destination, { Name, RW, Driver }]),
  )
}

function isAnonymous({ Type, Source = '' }: MountRequest): boolean {
  return Type === 'volume' && (Source === '' || anonymous.test(Source))
}

function decidedEndpoint(endpoint: EndpointSettings): unknown {
  const { IPAMConfig, Links, Aliases, DriverOpts, MacAddress = '', IPAddress = '', NetworkID } = endpoint
  const derived = `02:42:${IPAddress.split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join(':')}`
  return {
    IPAMConfig,
    Links,
    DriverOpts,
    NetworkID,
    Aliases: (Aliases ?? []).toSorted(),
    MacAddress: MacAddress === derived ? 'derived' : MacAddress,
  }
}

/** The engine writes null, an empty list and an empty object for the same nothing. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutNothing)
  if (typeof value !== 'object' || value === null) return value ?? undefined
  const entries = Object.entries(value)
    .map(([key, each]): [string, unknown] => [key, withoutNothing(each)])
    .filter(([, each]) => each !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
