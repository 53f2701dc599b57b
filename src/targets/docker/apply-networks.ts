import type { NetworkEndpoint } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import type { DockerDeps } from './docker-deps.ts'
import { answeringTo, isConnectedTo, requestedEndpoints, resolvesNames, tellsNames } from './endpoints.ts'
import { connectFailure } from './network-gone.ts'
import { currentOld } from './copies.ts'
import { findNew, requireNew } from './instance.ts'
import { nameOf } from '../engine/dependants.ts'
import { requireInstance } from '../engine/require-instance.ts'
import { readNetworks } from './labels.ts'

/** J6 of start-first: the new instance answers to all names of the workload, beside the old one until that ends. */
export async function connectNew(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const id = await requireNew(deps, rollout, signal)
  await connect(deps, id, answeringTo(rollout.name, await planned(deps, id, signal)), signal)
}

/** R: the old instance answers to its names again. */
export async function connectOld(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const newId = await findNew(deps, rollout, signal)
  const fresh = newId === null ? null : await deps.engine.inspectContainer(newId, signal)
  // Its own settings are no help when we stopped between taking it off a network and putting it back.
  const plan = fresh && readNetworks(fresh.Config.Labels ?? {})
  const old = await currentOld(deps, rollout, signal)
  await connect(deps, old, plan ?? (await planned(deps, old, signal)), signal)
}

async function planned(deps: DockerDeps, id: string, signal: AbortSignal): Promise<readonly NetworkEndpoint[]> {
  const container = await requireInstance(deps, id, signal)
  return readNetworks(container.Config.Labels ?? {}) ?? requestedEndpoints(container)
}

/** One network after the other, so that an instance on several is never off all of them. */
async function connect(
  deps: DockerDeps,
  id: string,
  plan: readonly NetworkEndpoint[],
  signal: AbortSignal,
): Promise<void> {
  for (const each of plan.filter(resolvesNames)) {
    const container = await requireInstance(deps, id, signal)
    // Where the engine does not tell its names, they can only be renewed.
    const needsName = container.State.Running && !tellsNames(container)
    if (isConnectedTo(container, each) && !needsName) continue
    if (container.NetworkSettings.Networks?.[each.network] !== undefined) {
      await deps.engine.disconnectNetwork(each.network, id, signal)
    }
    await deps.engine.connectNetwork(each.network, id, each.endpoint, signal).catch((error: unknown) => {
      throw connectFailure(error, each.network, nameOf(container))
    })
  }
  const container = await requireInstance(deps, id, signal)
  const missing = plan.find((each) => !isConnectedTo(container, each))
  if (missing !== undefined) {
    throw new AppError(
      'TARGET_FAILED',
      `the engine did not connect it to the network ${missing.network} under all names`,
    )
  }
}
