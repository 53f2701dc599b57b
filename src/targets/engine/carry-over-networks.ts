import { isAtLeast } from '../../clients/docker/api-version.ts'
import type { ContainerInspect, EndpointSettings, NetworkEndpoint } from '../../clients/docker/shapes.ts'
import type { Order } from '../../rollout/rollout.ts'

export interface CarriedNetworks {
  /** For the create. */
  readonly endpoints: readonly NetworkEndpoint[]
  /** To connect between create and start, where create takes one network only. */
  readonly connectAfterCreate: readonly NetworkEndpoint[]
  /** For the create's own field, where endpoints take no MAC address. */
  readonly macAddress: string | undefined
  /** Whether it was taken off all networks: whatever is created is on that of its network mode, and has to leave it. */
  readonly isOnNone: boolean
}

const none: CarriedNetworks = { endpoints: [], connectAfterCreate: [], macAddress: undefined, isOnNone: false }

/**
 * The networks of a container as they were asked for, without what the engine made of them.
 * Start-first leaves out what two running containers must not share, aliases and MAC addresses, until the switch
 * connects it anew. Static addresses stay in, so that the engine refuses the second at its start rather than then.
 */
export function carryNetworks(old: ContainerInspect, order: Order, apiVersion: string): CarriedNetworks {
  if (!hasOwnNetworks(old)) return none
  const takesSeveral = isAtLeast(apiVersion, '1.44')
  const full = networkNames(old).map((network): NetworkEndpoint => {
    const mac = takesSeveral ? ownMacAddress(old, network) : undefined
    return { network, endpoint: { ...requestedEndpoint(old, network), ...(mac ? { MacAddress: mac } : {}) } }
  })
  const first = order === 'stop-first' ? full : full.map(withoutShared)
  const primary = full[0]
  const ownMac = !takesSeveral && order === 'stop-first' && primary ? ownMacAddress(old, primary.network) : undefined

  return {
    endpoints: takesSeveral ? first : first.slice(0, 1),
    connectAfterCreate: takesSeveral ? [] : first.slice(1),
    macAddress: ownMac,
    isOnNone: isOnNone(old),
  }
}

/** Whether a container with networks of its own was taken off all of them. */
export const isOnNone = (container: ContainerInspect): boolean =>
  hasOwnNetworks(container) && container.NetworkSettings.Networks !== undefined && networkNames(container).length === 0

/** Names of the networks that a container is on, the one of its network mode first; none if it uses another's. */
export function networkNames(old: ContainerInspect): readonly string[] {
  if (!hasOwnNetworks(old)) return []
  const names = Object.keys(old.NetworkSettings.Networks ?? {})
  return [...names.filter((name) => isPrimary(old, name)), ...names.filter((name) => !isPrimary(old, name))]
}

/**
 * The MAC address that the user chose for an endpoint, as far as the engine tells. For the network of the network mode
 * it does; for others it shows the one in use, and only what was derived from the address is surely the engine's.
 *
 * @see moby/moby#47228 and #47304; engines from 28 choose at random, so there the address of a further network is kept
 */
export function ownMacAddress(old: ContainerInspect, network: string): string | undefined {
  if (isPrimary(old, network)) return old.Config.MacAddress || undefined
  const { MacAddress: mac, IPAddress: address } = old.NetworkSettings.Networks?.[network] ?? {}
  return mac && mac.toLowerCase() !== derivedMacAddress(address ?? '') ? mac : undefined
}

/** An endpoint as it was asked for; fields that we do not know are taken for the user's. */
export function requestedEndpoint(old: ContainerInspect, network: string): EndpointSettings {
  const {
    NetworkID: _networkId,
    EndpointID: _endpointId,
    Gateway: _gateway,
    IPAddress: _address,
    IPPrefixLen: _prefix,
    IPv6Gateway: _gateway6,
    GlobalIPv6Address: _address6,
    GlobalIPv6PrefixLen: _prefix6,
    DNSNames: _dnsNames,
    MacAddress: _macAddress,
    Aliases: aliases,
    ...requested
  } = old.NetworkSettings.Networks?.[network] ?? {}
  // Below API 1.45 the engine adds the short id.
  const own = (aliases ?? []).filter((alias) => alias !== old.Id.slice(0, 12))
  return { ...requested, Aliases: own }
}

function hasOwnNetworks({ HostConfig: { NetworkMode = 'default' } }: ContainerInspect): boolean {
  return NetworkMode !== 'host' && NetworkMode !== 'none' && !NetworkMode.startsWith('container:')
}

/** A network mode may name the network by its id; `default` was the engine's word for `bridge` before 26. */
function isPrimary({ HostConfig, NetworkSettings }: ContainerInspect, network: string): boolean {
  const mode = HostConfig.NetworkMode || 'default'
  return (mode === 'default' ? 'bridge' : mode) === network || NetworkSettings.Networks?.[network]?.NetworkID === mode
}

function withoutShared({ network, endpoint }: NetworkEndpoint): NetworkEndpoint {
  const { MacAddress: _macAddress, ...shared } = endpoint
  return { network, endpoint: { ...shared, Aliases: [] } }
}

/** What engines up to 27 give to an endpoint: 02:42 and the four bytes of its address. */
function derivedMacAddress(address: string): string {
  return `02:42:${address
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join(':')}`
}
