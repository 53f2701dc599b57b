import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import type { EngineDeps } from './engine-deps.ts'

/** @throws TARGET_NOT_FOUND when it is gone */
export async function requireInstance(
  { engine }: Pick<EngineDeps, 'engine'>,
  id: string,
  signal: AbortSignal,
): Promise<ContainerInspect> {
  const container = await engine.inspectContainer(id, signal)
  if (container === null) throw new AppError('TARGET_NOT_FOUND', `the container ${id.slice(0, 12)} is gone`)
  return container
}
