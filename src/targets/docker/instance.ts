import type { ContainerSummary } from '../../clients/docker/containers.ts'
import { AppError } from '../../errors.ts'
import { nextName } from '../../rollout/names.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { DockerDeps } from './docker-deps.ts'
import { operationLabel, replacesLabel } from './labels.ts'

/**
 * The instance that a rollout made, among all or those with its label. Tools that copy a container copy its labels, so
 * names of the workload come first.
 */
export function newAmong(summaries: readonly ContainerSummary[], rollout: Rollout): ContainerSummary | undefined {
  const found = summaries.filter(
    ({ id, labels }) =>
      labels[operationLabel] === rollout.id &&
      // Its dependants carry the label of the rollout too.
      (labels[replacesLabel] ?? '') === rollout.oldInstance &&
      id !== rollout.oldInstance,
  )
  const names = [rollout.name, nextName(rollout.name)]
  return found.find(({ name }) => names.includes(name)) ?? found[0]
}

/** What names the image of the new version on the engine: its digest, or for what only follows, the image it has. */
export const candidateOf = ({ follows, fromImage, repository, digest }: Rollout): string =>
  follows === null ? `${repository}@${digest}` : fromImage

/** Id of the instance that a rollout made; null when there is none. */
export async function findNew(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<string | null> {
  const known = deps.newInstances.get(rollout.id)
  if (known !== undefined) return known
  const found = await deps.engine.listContainers(signal, `${operationLabel}=${rollout.id}`)
  const id = newAmong(found, rollout)?.id ?? null
  if (id !== null) deps.newInstances.set(rollout.id, id)
  return id
}

/** As `findNew`. @throws TARGET_NOT_FOUND when there is none */
export async function requireNew(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<string> {
  const id = await findNew(deps, rollout, signal)
  if (id === null) throw new AppError('TARGET_NOT_FOUND', `the new version of ${rollout.name} is gone`)
  return id
}
