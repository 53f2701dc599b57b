import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Order } from '../../rollout/rollout.ts'
import { ownHostNames } from './carry-over-config.ts'
import { networkNames, ownMacAddress, requestedEndpoint } from './carry-over-networks.ts'

/**
 * The order of replacement that suits a container, with the reason as the end of a sentence ("because ...").
 * Start-first only where two copies can run at once without fighting over anything.
 */
export function suggestOrder(old: ContainerInspect): { readonly order: Order; readonly why: string } {
  for (const obstacle of obstacles) {
    const why = obstacle(old)
    if (why !== null) return { order: 'stop-first', why }
  }
  return { order: 'start-first', why: 'it has a health check and holds nothing that two copies would fight over' }
}

/** Each gives the reason why a second copy cannot run beside this container, or null. */
const obstacles: readonly ((old: ContainerInspect) => string | null)[] = [
  ({ Config }) => {
    const [kind] = Config.Healthcheck?.Test ?? []
    return kind === undefined || kind === 'NONE' ? 'it has no health check' : null
  },
  ({ HostConfig: { NetworkMode: mode } }) => {
    if (mode === 'host') return "it uses the host's network"
    return mode?.startsWith('container:') ? "it uses another container's network" : null
  },
  (old) => (networkNames(old).some((name) => name !== 'bridge') ? null : 'it is on no user-defined network'),
  ({ HostConfig }) => {
    const [port] =
      Object.entries(HostConfig.PortBindings ?? {}).find(([, bindings]) => (bindings ?? []).length > 0) ?? []
    if (port !== undefined) return `it publishes port ${port} on the host`
    return HostConfig.PublishAllPorts ? 'it publishes its ports on the host' : null
  },
  (old) => {
    const fixed = networkNames(old).find((name) => hasStaticAddress(old, name))
    return fixed === undefined ? null : `it has a static address on network ${fixed}`
  },
  // The engine resolves it on every network, so callers would reach the new version before it has passed its gate.
  (old) =>
    ownHostNames(old).Hostname === undefined ? null : 'it has a host name of its own, which two copies would answer to',
  ({ HostConfig }) => {
    if (HostConfig.Privileged === true) return 'it is privileged and so has every device'
    const devices = [...(HostConfig.Devices ?? []), ...(HostConfig.DeviceRequests ?? [])]
    return devices.length > 0 ? 'it has a device' : null
  },
  ({ Mounts }) => {
    const writable = (Mounts ?? []).find(({ Type, RW }) => RW && Type !== 'tmpfs' && Type !== 'image')
    return writable ? `it can write to the mount at ${writable.Destination}` : null
  },
]

function hasStaticAddress(old: ContainerInspect, network: string): boolean {
  const { IPv4Address, IPv6Address, LinkLocalIPs } = requestedEndpoint(old, network).IPAMConfig ?? {}
  return Boolean(IPv4Address || IPv6Address || LinkLocalIPs?.length || ownMacAddress(old, network))
}
