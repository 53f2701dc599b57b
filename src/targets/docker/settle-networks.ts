import type { ContainerInspect, NetworkEndpoint } from '../../clients/docker/shapes.ts'
import { networkNames } from '../engine/carry-over-networks.ts'
import type { DockerDeps } from './docker-deps.ts'
import { isConnectedTo } from './endpoints.ts'

/**
 * Brings a container that was created and not started to the networks that a create could not give it, or off the one that
 * every create gives it. An engine starts one that is on no network as it is.
 */
export async function settleNetworks(
  { engine }: Pick<DockerDeps, 'engine'>,
  container: ContainerInspect,
  wanted: { readonly connectAfterCreate: readonly NetworkEndpoint[]; readonly isOnNone?: boolean },
  signal: AbortSignal,
): Promise<void> {
  for (const each of wanted.connectAfterCreate) {
    if (!isConnectedTo(container, each)) await engine.connectNetwork(each.network, container.Id, each.endpoint, signal)
  }
  if (wanted.isOnNone !== true) return
  for (const network of networkNames(container)) await engine.disconnectNetwork(network, container.Id, signal)
}
