import type { ContainerInspect, CreateBody, ImageInspect, NetworkEndpoint } from '../../clients/docker/shapes.ts'
import type { Order } from '../../rollout/rollout.ts'
import { carryConfig } from '../engine/carry-over-config.ts'
import { carryMounts } from './carry-over-mounts.ts'
import { carryNetworks } from '../engine/carry-over-networks.ts'

export interface CarryOverSources {
  readonly old: ContainerInspect
  /** The image that `old` was made from. */
  readonly oldImage: ImageInspect
  /** The reference as the user wrote it; never with our digest, which would read as the user's own pin. */
  readonly image: string
  readonly order: Order
  /** Replace those that the old container carries. */
  readonly operationLabels: Readonly<Record<string, string>>
  /** Version of the API that the create is sent with, at least 1.41 and below 1.52, which hides the user's MAC address. */
  readonly apiVersion: string
  /** Where it has volumes only because another container has them; nowhere when absent. */
  readonly inherited?: ReadonlySet<string>
}

export interface CarriedOver {
  readonly body: CreateBody
  /** To connect before the start. */
  readonly connectAfterCreate: readonly NetworkEndpoint[]
  /** Whether it has to leave whatever the engine connects it to, before the start. */
  readonly isOnNone: boolean
}

/**
 * What to create in place of a container: the user's own settings, for the new image to fill up with its defaults.
 * It restarts never by itself until the caller gives it its restart policy back.
 */
export function carryOver(sources: CarryOverSources): CarriedOver {
  const { old, order, apiVersion } = sources
  const networks = carryNetworks(old, order, apiVersion)
  return {
    body: {
      ...carryConfig(sources),
      ...(networks.macAddress === undefined ? {} : { MacAddress: networks.macAddress }),
      HostConfig: {
        ...old.HostConfig,
        ...carryMounts(old, sources.inherited),
        RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
        // The client that ran the old container wrote the old id there.
        ContainerIDFile: '',
      },
      ...(networks.endpoints.length > 0
        ? {
            NetworkingConfig: {
              EndpointsConfig: Object.fromEntries(
                networks.endpoints.map(({ network, endpoint }) => [network, endpoint]),
              ),
            },
          }
        : {}),
    },
    connectAfterCreate: networks.connectAfterCreate,
    isOnNone: networks.isOnNone,
  }
}
