import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ImageInspect } from '../../clients/docker/shapes.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { unlessInUse } from '../engine/unless-in-use.ts'
import { isSameImage } from './spec.ts'
import type { SwarmDeps } from './swarm-deps.ts'

interface RemovingDeps {
  readonly engine: Pick<
    SwarmDeps['engine'],
    'inspectService' | 'inspectImage' | 'listContainers' | 'inspectContainer' | 'removeContainer'
  >
}

/**
 * Removes what is left on this node of versions that a service runs no more: containers of its tasks that ended. A Swarm
 * keeps them for a look; other nodes are out of reach.
 */
export async function removeEnded(
  { engine }: RemovingDeps,
  { oldInstance, name }: Pick<Rollout, 'oldInstance' | 'name'>,
  signal: AbortSignal,
): Promise<void> {
  const service = await engine.inspectService(oldInstance, signal)
  if (service === null) return
  // Null where its version was never pulled here, and where somebody took its reference away.
  const current = await engine.inspectImage(service.image, signal)
  const ended = (await engine.listContainers(signal, `${serviceLabel}=${name}`)).filter(
    ({ state, labels, imageId }) =>
      (state === 'exited' || state === 'dead') && labels[taskLabel] !== undefined && imageId !== current?.Id,
  )
  for (const container of ended) {
    // The engine refuses what runs after all.
    if (!(await isOfSwarm(engine, container, signal))) continue
    if (current === null && (await isMadeOf(engine, container, service.image, signal))) continue
    await unlessInUse(engine.removeContainer(container.id, false, signal))
  }
}

/** Whether it was made of the very reference that a service is told; a list shows an id once nothing has that any more. */
async function isMadeOf(
  engine: RemovingDeps['engine'],
  { id }: ContainerSummary,
  told: string,
  signal: AbortSignal,
): Promise<boolean> {
  const made = (await engine.inspectContainer(id, signal))?.Config.Image
  return made !== undefined && isSameImage(made, told)
}

/** An image could bring such labels itself, and make a container of somebody else's look like a task. */
async function isOfSwarm(
  engine: RemovingDeps['engine'],
  { imageId }: ContainerSummary,
  signal: AbortSignal,
): Promise<boolean> {
  const image: ImageInspect | null = await engine.inspectImage(imageId, signal)
  return image !== null && [serviceLabel, taskLabel].every((label) => image.Config?.Labels?.[label] === undefined)
}

const serviceLabel = 'com.docker.swarm.service.name'
const taskLabel = 'com.docker.swarm.task.id'
