import type { ContainerInspect, EndpointSettings, NetworkEndpoint } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { requireInstance } from '../engine/require-instance.ts'
import type { ApplyContext } from '../target.ts'
import type { DockerDeps } from './docker-deps.ts'
import { requestedEndpoints, resolvesNames } from './endpoints.ts'

/** For those who asked for the address just before, and for a packet that was lost meanwhile: it is sent again after a second. */
const drainMs = 1500

/**
 * J7 of start-first: the old instance no longer answers to the workload's names, but serves on for a moment those who
 * have its address. Until its endpoints are gone, which takes the engine up to half a second after its end, the name
 * server hands out its address, and whoever gets it is refused. Aliases of an endpoint cannot be changed, only made
 * anew: with the same addresses nobody notices more than a packet sent twice.
 */
export async function withdrawOld(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const old = await requireInstance(deps, rollout.oldInstance, signal)
  if (!old.State.Running) return
  for (const each of requestedEndpoints(old).filter(resolvesNames).filter(hasAliases)) {
    await deps.engine.disconnectNetwork(each.network, old.Id, signal)
    await connectNameless(deps, old, each, signal)
  }
  await deps.clock.sleep(drainMs, signal)
}

const hasAliases = ({ endpoint }: NetworkEndpoint): boolean => (endpoint.Aliases ?? []).length > 0

/** Under its present addresses where the network lets one choose; else the engine gives the lowest free ones, mostly the same. */
async function connectNameless(
  { engine }: DockerDeps,
  old: ContainerInspect,
  { network, endpoint }: NetworkEndpoint,
  signal: AbortSignal,
): Promise<void> {
  const nameless = { ...endpoint, Aliases: [] }
  const connect = (settings: EndpointSettings) => engine.connectNetwork(network, old.Id, settings, signal)
  try {
    await connect({ ...nameless, ...presentAddresses(old, network) })
  } catch (error) {
    // `TARGET_REJECTED`: only networks with a subnet of the user's own take addresses. `TARGET_CONFLICT`: taken meanwhile.
    if (!(error instanceof AppError) || error.code === 'TARGET_UNAVAILABLE' || error.code === 'ABORTED') throw error
    await connect(nameless)
  }
}

function presentAddresses(old: ContainerInspect, network: string): EndpointSettings {
  const { IPAddress, GlobalIPv6Address, MacAddress, IPAMConfig } = old.NetworkSettings.Networks?.[network] ?? {}
  return {
    IPAMConfig: {
      ...IPAMConfig,
      ...(IPAddress && { IPv4Address: IPAddress }),
      ...(typeof GlobalIPv6Address === 'string' && GlobalIPv6Address && { IPv6Address: GlobalIPv6Address }),
    },
    // Engines before API 1.44 derive it from the address, and refuse to be told.
    ...(MacAddress && { MacAddress }),
  }
}
