import type {
  ContainerInspect,
  EndpointSettings,
  MountPoint,
  MountRequest,
  RunConfig,
} from '../../src/clients/docker/shapes.ts'
import type { OptionBody } from './option-case.ts'

const anonymous = /^[0-9a-f]{64}$/

/** Everything about a container that its user or its image decided, in one form, so that two can be compared. */
export function decided(container: ContainerInspect): unknown {
  const { Config, HostConfig, NetworkSettings, Mounts, Id } = container
  const shortId = Id.slice(0, 12)
  return withoutNothing({
    Config: {
      ...Config,
      Env: (Config.Env ?? []).toSorted(),
      ...namedSets(Config),
      Hostname: Config.Hostname === shortId ? 'the short id' : Config.Hostname,
      Labels: withoutOurs(Config.Labels ?? {}),
    },
    HostConfig: {
      ...HostConfig,
      // Says where the client wrote the id of that one container.
      ContainerIDFile: '',
      // What the command leaves empty, the engine's own answer names.
      RestartPolicy: { ...HostConfig.RestartPolicy, Name: HostConfig.RestartPolicy?.Name || 'no' },
      Links: HostConfig.Links?.map((link) => link.replace(container.Name, '')),
      // A volume that nobody named is compared by what is mounted. Commands send these in any order.
      Binds: HostConfig.Binds?.filter((bind) => bind.includes(':')).toSorted(),
      Ulimits: sortedByName(HostConfig['Ulimits']),
      Mounts: HostConfig.Mounts?.filter((mount) => !isAnonymous(mount)).toSorted((a, b) =>
        a.Target < b.Target ? -1 : 1,
      ),
    },
    Mounts: (Mounts ?? []).filter(({ Name = '' }) => !anonymous.test(Name)).toSorted(byDestination),
    Networks: Object.fromEntries(
      Object.entries(NetworkSettings.Networks ?? {}).map(([name, endpoint]) => [
        name,
        decidedEndpoint(endpoint, shortId),
      ]),
    ),
  })
}

/** What every container has of its own, made by the engine. */
const engineMade = new Set(
  [
    ['Id', 'Created', 'Name', 'State', 'RestartCount', 'ExecIDs', 'GraphDriver', 'Path', 'Args', 'Image'],
    ['ResolvConfPath', 'HostnamePath', 'HostsPath', 'LogPath', 'NetworkSettings', 'ImageManifestDescriptor'],
  ].flat(),
)
/** What an image gives where the user says nothing. */
const imageGiven = new Set(
  [
    ['Env', 'Cmd', 'Entrypoint', 'User', 'WorkingDir'],
    ['ExposedPorts', 'Volumes', 'Labels', 'Healthcheck', 'StopSignal'],
  ].flat(),
)

/**
 * Everything about a container that neither an image nor the engine decides: it has to be the same after a change of the
 * image as before. Fields that nobody thought of are in it.
 */
export function decidedByUser(container: ContainerInspect): unknown {
  const { Config, HostConfig: _host, Mounts: _mounts, NetworkSettings: _networks, ...rest } = container
  // Under which reference it runs is what a rollout changes.
  const { Image: _image, ...config } = Config
  const own = Object.fromEntries(Object.entries(config).filter(([field]) => !imageGiven.has(field)))
  const top = Object.entries(rest).filter(([field]) => !engineMade.has(field))
  return withoutNothing({
    ...Object.fromEntries(top),
    decided: decided({ ...container, Config: { Image: '', ...own } }),
  })
}

/**
 * All that the engine says of a container, word for word, but for what it makes anew at each start: state, health checks, addresses
 * that nobody asked for, and its own marks of the connection.
 */
export function wordForWord(container: ContainerInspect): unknown {
  const { State: _state, RestartCount: _count, ExecIDs: _checks, NetworkSettings, Mounts, ...rest } = container
  const networks = Object.entries(NetworkSettings.Networks ?? {}).map(([name, endpoint]) => {
    const { IPAMConfig, Links, Aliases, DriverOpts, NetworkID } = endpoint
    return [name, { IPAMConfig, Links, Aliases, DriverOpts, NetworkID }]
  })
  // Told in another order each time.
  const mounts = (Mounts ?? []).toSorted(byDestination)
  return { ...rest, Mounts: mounts, Networks: Object.fromEntries(networks) }
}

/** Whether a container shows all that a create's body asked of the engine; networks aside. */
export function shows({ Config, HostConfig, NetworkSettings }: ContainerInspect, body: OptionBody): boolean {
  const { HostConfig: host = {}, NetworkingConfig, ...config } = body
  const networks = Object.keys(NetworkingConfig?.EndpointsConfig ?? {})
  const isOn = new Set(Object.keys(NetworkSettings.Networks ?? {}))
  return includes(HostConfig, host) && includes(Config, config) && networks.every((network) => isOn.has(network))
}

function includes(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return whole === part
  if (typeof whole !== 'object' || whole === null) return false
  return Object.entries(part).every(([key, value]) => includes(Reflect.get(whole, key), value))
}

/** What an image has a say in, without the labels of ours. */
export const decidedByImage = ({ Config }: ContainerInspect): unknown =>
  givenByImage({ ...Config, Labels: withoutOurs(Config.Labels ?? {}) })

/** What an image has a say in, in one form. */
export function givenByImage(config: RunConfig): unknown {
  const { Env, Cmd, Entrypoint, User, WorkingDir, Labels, Healthcheck, StopSignal } = config
  const lists = { Env: (Env ?? []).toSorted(), Cmd, Entrypoint, ...namedSets(config) }
  return withoutNothing({ ...lists, User, WorkingDir, Labels, Healthcheck, StopSignal })
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

const withoutOurs = (labels: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith('longshore.operation')))

const byDestination = (a: MountPoint, b: MountPoint): number => (a.Destination < b.Destination ? -1 : 1)

function sortedByName(limits: unknown): unknown {
  const nameOf = (limit: unknown): string => String(Object(limit).Name)
  return Array.isArray(limits) ? limits.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) : limits
}

/** Their values are empty, and what is empty counts as nothing. */
function namedSets({ ExposedPorts, Volumes }: RunConfig) {
  return {
    ExposedPorts: Object.keys(ExposedPorts ?? {}).toSorted(),
    Volumes: Object.keys(Volumes ?? {}).toSorted(),
  }
}

function isAnonymous({ Type, Source = '' }: MountRequest): boolean {
  return Type === 'volume' && (Source === '' || anonymous.test(Source))
}

function decidedEndpoint(endpoint: EndpointSettings, shortId: string): unknown {
  const { IPAMConfig, Links, Aliases, DriverOpts, MacAddress = '', IPAddress = '', NetworkID } = endpoint
  const derived = `02:42:${IPAddress.split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join(':')}`
  return {
    IPAMConfig,
    Links,
    DriverOpts,
    NetworkID,
    // Below API 1.45 the engine adds the short id.
    Aliases: (Aliases ?? []).filter((alias) => alias !== shortId).toSorted(),
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
