import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { DockerDeps } from './docker-deps.ts'
import { operationLabel } from './labels.ts'

/** Id of the instance that a rollout made; null when there is none. */
export async function findNew(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<string | null> {
  const known = deps.newInstances.get(rollout.id)
  if (known !== undefined) return known
  const found = await deps.engine.listContainers(signal, `${operationLabel}=${rollout.id}`)
  const id = found.find((each) => each.id !== rollout.oldInstance)?.id ?? null
  if (id !== null) deps.newInstances.set(rollout.id, id)
  return id
}

/** As `findNew`. @throws TARGET_NOT_FOUND when there is none */
export async function requireNew(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<string> {
  const id = await findNew(deps, rollout, signal)
  if (id === null) throw new AppError('TARGET_NOT_FOUND', `the new version of ${rollout.name} is gone`)
  return id
}

/** @throws TARGET_NOT_FOUND when it is gone */
export async function requireInstance(
  { engine }: Pick<DockerDeps, 'engine'>,
  id: string,
  signal: AbortSignal,
): Promise<ContainerInspect> {
  const container = await engine.inspectContainer(id, signal)
  if (container === null) throw new AppError('TARGET_NOT_FOUND', `the container ${id.slice(0, 12)} is gone`)
  return container
}
