import type { ContainerSummary } from '../../clients/docker/containers.ts'
import { previousName } from '../../rollout/names.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { DockerDeps } from './docker-deps.ts'
import { replacesLabel, restoresLabel } from './labels.ts'

/**
 * The copy that a rollout made of its old instance, among all containers or those with its label. Tools that copy a
 * container copy its labels, so names of the workload come first.
 */
export function copyAmong(
  summaries: readonly ContainerSummary[],
  { id, name, oldInstance }: Rollout,
): ContainerSummary | undefined {
  const found = summaries.filter(
    // Its dependants may have copies, too.
    ({ labels }) => labels[restoresLabel] === id && labels[replacesLabel] === oldInstance,
  )
  return found.find((each) => each.name === name || each.name === previousName(name)) ?? found[0]
}

/** Id of that copy; null when there is none. */
export async function findCopy(
  { engine }: Pick<DockerDeps, 'engine'>,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<string | null> {
  const found = await engine.listContainers(signal, `${restoresLabel}=${rollout.id}`)
  return copyAmong(found, rollout)?.id ?? null
}

/** The instance that is the old version now: the copy, once the original is gone or, where that removes itself, stopped. */
export async function currentOld(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<string> {
  const original = await deps.engine.inspectContainer(rollout.oldInstance, signal)
  if (original !== null && (!rollout.removesItself || original.State.Running)) return rollout.oldInstance
  return (await findCopy(deps, rollout, signal)) ?? rollout.oldInstance
}
