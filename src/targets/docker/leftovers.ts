import type { ContainerSummary } from '../../clients/docker/containers.ts'
import { AppError } from '../../errors.ts'
import { nextName, previousName } from '../../rollout/names.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { DockerDeps } from './docker-deps.ts'
import { operationLabel, replacesLabel } from './labels.ts'
import type { Labels } from '../engine/own-labels.ts'
import { labelledByUs } from './list-workloads.ts'

/**
 * Frees `<name>.longshore-prev` of an instance that an earlier rollout kept: one that a rollout of ours made, or that
 * the label of another instance says was replaced. Where no label says so any more, as after the workload was made
 * anew by hand, it is not ours to remove (I8): it steps aside under a name with its own id.
 *
 * @throws TARGET_CONFLICT when one that runs holds the name
 */
export async function clearPrevious(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<void> {
  const name = previousName(rollout.name)
  const { holder, ours } = await findHolder(deps, name, signal)
  if (holder === undefined || holder.id === rollout.oldInstance) return
  const isReplaced = [...ours].some(([id, labels]) => id !== holder.id && labels[replacesLabel] === holder.id)
  if (!isReplaced && !ours.has(holder.id)) {
    if (holder.state !== 'created' && holder.state !== 'exited') {
      throw new AppError('TARGET_CONFLICT', `the name ${name} is taken by a container that runs; stop or rename it`)
    }
    return deps.engine.renameContainer(holder.id, `${name}.${holder.id.slice(0, 12)}`, signal)
  }
  await deps.engine.removeContainer(holder.id, false, signal)
}

/** So old is nothing that another process may still be working with (I3). */
const abandonedAfterMs = 60 * 60_000

/**
 * Frees `<name>.longshore-next` of an instance that an ended rollout of ours could not remove, so that it does not keep
 * its workload as it is for ever.
 *
 * @returns whether the name is free now
 */
export async function clearNext(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<boolean> {
  const { holder, ours } = await findHolder(deps, nextName(rollout.name), signal)
  if (holder === undefined) return true
  const operation = ours.get(holder.id)?.[operationLabel]
  if (operation === undefined || operation === rollout.id) return false
  if (holder.state !== 'created' && holder.state !== 'exited') return false
  const container = await deps.engine.inspectContainer(holder.id, signal)
  if (container !== null && deps.clock.now() - Date.parse(container.Created) < abandonedAfterMs) return false
  await deps.engine.removeContainer(holder.id, false, signal)
  return true
}

async function findHolder(
  deps: DockerDeps,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly holder: ContainerSummary | undefined; readonly ours: ReadonlyMap<string, Labels> }> {
  const summaries = await deps.engine.listContainers(signal)
  const holder = summaries.find((each) => each.name === name)
  return { holder, ours: holder === undefined ? new Map() : await labelledByUs(deps, summaries, signal) }
}
