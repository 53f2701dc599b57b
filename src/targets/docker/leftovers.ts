import { AppError } from '../../errors.ts'
import { isLeftStopped } from '../../rollout/left-stopped.ts'
import { asideName, nextName, previousName } from '../../rollout/names.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { isExcused } from '../../rollout/unwell.ts'
import { copyAmong } from './copies.ts'
import type { DockerDeps } from './docker-deps.ts'
import { operationLabel, replacesLabel } from './labels.ts'
import { labelledByUs } from './list-workloads.ts'

/**
 * Frees `<name>.longshore-prev` of what another rollout left there, or somebody else: it steps aside under a name with its
 * own id. Nothing is removed for that: where no rollout has succeeded since, it may be the last version that was good.
 *
 * @throws TARGET_CONFLICT when one that runs holds the name
 */
export async function clearPrevious(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<void> {
  const name = previousName(rollout.name)
  const holder = (await deps.engine.listContainers(signal)).find((each) => each.name === name)
  if (holder === undefined || holder.id === rollout.oldInstance || copyAmong([holder], rollout) !== undefined) return
  if (!atRest.includes(holder.state)) {
    throw new AppError('TARGET_CONFLICT', `the name ${name} is taken by a container that runs; stop or rename it`)
  }
  await deps.engine.renameContainer(holder.id, asideName(rollout.name, holder.id), signal)
}

const atRest: readonly string[] = ['created', 'exited', 'dead']

/**
 * Removes what stepped aside for the old instances of a workload, once a rollout of it has proven itself: what a rollout of
 * ours made, or the label of another says was replaced (I8). The others stay as they are.
 */
export async function removeAside(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<void> {
  if (isLeftStopped(rollout) || isExcused(rollout)) return
  const summaries = await deps.engine.listContainers(signal)
  const aside = summaries.filter(
    ({ id, name, state }) => name === asideName(rollout.name, id) && atRest.includes(state),
  )
  if (aside.length === 0) return
  const ours = await labelledByUs(deps, summaries, signal)
  const replaced = new Set([...ours.values()].map((labels) => labels[replacesLabel]))
  // First those that are ours by the label of another, which may be one of these.
  const byOthers = aside.filter(({ id }) => !ours.has(id) && replaced.has(id))
  for (const { id } of [...byOthers, ...aside.filter((each) => ours.has(each.id))]) {
    // Its anonymous volumes live on in what replaced it.
    await deps.engine.removeContainer(id, false, signal)
  }
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
  const summaries = await deps.engine.listContainers(signal)
  const holder = summaries.find(({ name }) => name === nextName(rollout.name))
  if (holder === undefined) return true
  const operation = (await labelledByUs(deps, [holder], signal)).get(holder.id)?.[operationLabel]
  if (operation === undefined || operation === rollout.id) return false
  if (holder.state !== 'created' && holder.state !== 'exited') return false
  const container = await deps.engine.inspectContainer(holder.id, signal)
  if (container !== null && deps.clock.now() - Date.parse(container.Created) < abandonedAfterMs) return false
  await deps.engine.removeContainer(holder.id, false, signal)
  return true
}
