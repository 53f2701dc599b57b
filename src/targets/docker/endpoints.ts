import type { ContainerInspect, NetworkEndpoint } from '../../clients/docker/shapes.ts'
import { networkNames, ownMacAddress, requestedEndpoint } from '../engine/carry-over-networks.ts'
import { nameOf } from '../engine/dependants.ts'

/** The networks of a container as they were asked for. */
export function requestedEndpoints(container: ContainerInspect): readonly NetworkEndpoint[] {
  return networkNames(container).map((network) => {
    const mac = ownMacAddress(container, network)
    return {
      network,
      endpoint: { ...requestedEndpoint(container, network), ...(mac === undefined ? {} : { MacAddress: mac }) },
    }
  })
}

/**
 * Whether a container is on a network under all the aliases asked for and, while it runs and the engine tells
 * (API 1.45), resolves by its present name.
 */
export function isConnectedTo(container: ContainerInspect, { network, endpoint }: NetworkEndpoint): boolean {
  const actual = container.NetworkSettings.Networks?.[network]
  if (actual === undefined) return false
  const aliases = new Set([...(actual.Aliases ?? []), ...(actual.DNSNames ?? [])])
  if (!(endpoint.Aliases ?? []).every((alias) => aliases.has(alias))) return false
  if (!container.State.Running || !actual.DNSNames || actual.DNSNames.length === 0) return true
  return actual.DNSNames.includes(nameOf(container))
}

/** Whether the engine tells under which names a running container resolves. */
export function tellsNames(container: ContainerInspect): boolean {
  return Object.values(container.NetworkSettings.Networks ?? {}).some(({ DNSNames }) => (DNSNames ?? []).length > 0)
}

/**
 * Endpoints that also answer to the workload's name. Start-first, the new instance takes that name before it is called
 * so: between the two renames no container has it.
 */
export function answeringTo(name: string, endpoints: readonly NetworkEndpoint[]): readonly NetworkEndpoint[] {
  return endpoints.map((each) => {
    const aliases = each.endpoint.Aliases ?? []
    if (!resolvesNames(each) || aliases.includes(name)) return each
    return { ...each, endpoint: { ...each.endpoint, Aliases: [...aliases, name] } }
  })
}

/** Networks whose members resolve each other by name. */
export const resolvesNames = ({ network }: NetworkEndpoint): boolean => network !== 'bridge'
