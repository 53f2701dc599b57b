import type { ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import { nextName } from '../../rollout/names.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import { carryOver } from './carry-over.ts'
import type { DockerDeps } from './docker-deps.ts'
import { requestedEndpoints } from './endpoints.ts'
import { candidateOf, findNew } from './instance.ts'
import { requireSupport } from '../engine/engine-support.ts'
import { requireInstance } from '../engine/require-instance.ts'
import { operationLabels } from './labels.ts'
import { clearNext, clearPrevious } from './leftovers.ts'
import { requireRights } from './require-rights.ts'
import { settleNetworks } from './settle-networks.ts'
import { startFailure } from '../engine/start-failure.ts'
import { inheritedMounts } from './sets/inherited.ts'
import { plannedInstances, refuseNewcomers, wire } from './sets/wire.ts'
import { withImageUnder } from '../engine/with-image-under.ts'

/**
 * J3: the new instance exists beside the old one, not started, of the candidate's image and on all its networks.
 * One that exists already, by the operation label, is completed: a create whose answer was lost is never sent twice.
 */
export async function create(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const { engine } = deps
  await requireSupport(deps, rollout, signal)
  await requireRights(deps, rollout, signal)
  const candidate = await engine.inspectImage(candidateOf(rollout), signal)
  const oldImage = await engine.inspectImage(rollout.fromImage, signal)
  const old = await requireInstance(deps, rollout.oldInstance, signal)
  if (candidate === null || oldImage === null) {
    throw new AppError('TARGET_NOT_FOUND', `the image of ${rollout.name} is gone from the engine`)
  }
  const { api } = await engine.version(signal)
  const carried = carryOver({
    old,
    oldImage,
    image: rollout.image,
    order: rollout.order,
    operationLabels: operationLabels(rollout, requestedEndpoints(old)),
    apiVersion: api,
    inherited: await inheritedMounts(deps, old, [], signal),
  })
  await refuseNewcomers(deps, old, plannedInstances(rollout), signal)
  const body = await wire(deps, rollout, old, carried.body, signal)
  deps.newInstances.delete(rollout.id)
  const existing = await findNew(deps, rollout, signal)
  const id = existing ?? (await createUnder(deps, rollout, body, candidate, signal))
  deps.newInstances.set(rollout.id, id)
  const container = await requireInstance(deps, id, signal)
  await checkImage(deps, container, candidate, rollout, signal)
  await settleNetworks(deps, container, carried, signal)
  // Inside the gap that would lengthen it.
  await clearPrevious(deps, rollout, signal)
}

async function createUnder(
  deps: DockerDeps,
  rollout: Rollout,
  body: Parameters<DockerDeps['engine']['createContainer']>[1],
  candidate: ImageInspect,
  signal: AbortSignal,
): Promise<string> {
  const { engine } = deps
  const send = () => engine.createContainer(nextName(rollout.name), body, null, signal)
  const sendAgain = () =>
    send().catch(async (error: unknown) => {
      const isTaken = error instanceof AppError && error.code === 'TARGET_CONFLICT'
      if (!isTaken || !(await clearNext(deps, rollout, signal))) throw error
      return send()
    })
  // What only follows another leaves its tag where it is.
  if (rollout.follows !== null) {
    return withImageUnder(deps, { reference: rollout.image, image: candidate.Id }, sendAgain, signal)
  }
  await engine.tagImage(candidate.Id, rollout.repository, rollout.tag, signal)
  try {
    return await sendAgain()
  } catch (error) {
    throw startFailure(error)
  }
}

/** Between our moving the tag and the create somebody may have moved it elsewhere. */
export async function checkImage(
  { engine, newInstances }: DockerDeps,
  container: ContainerInspect,
  candidate: ImageInspect,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<void> {
  if (container.Image === candidate.Id) return
  if (container.State.Running)
    throw new AppError('TARGET_CONFLICT', `${rollout.name} runs an image that was not decided`)
  newInstances.delete(rollout.id)
  await engine.removeContainer(container.Id, false, signal)
  throw new AppError(
    'TARGET_CONFLICT',
    `the tag ${rollout.repository}:${rollout.tag} was moved by somebody else meanwhile`,
  )
}
