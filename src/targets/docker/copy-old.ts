import type { ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import { previousName } from '../../rollout/names.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { ownLabels } from '../engine/own-labels.ts'
import { pullOld } from '../engine/apply-image.ts'
import { withImageUnder } from '../engine/with-image-under.ts'
import type { ApplyContext } from '../target.ts'
import { carryOver } from './carry-over.ts'
import type { DockerDeps } from './docker-deps.ts'
import { requestedEndpoints } from './endpoints.ts'
import { copyLabels, restoresLabel } from './labels.ts'
import { clearPrevious } from './leftovers.ts'
import { readCaptured } from './captured.ts'
import { inheritedMounts } from './sets/inherited.ts'
import { settleNetworks } from './settle-networks.ts'

/** Id of the copy that a rollout made of an old instance that removes itself; null when there is none. */
export async function findCopy(
  { engine }: Pick<DockerDeps, 'engine'>,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<string | null> {
  if (!rollout.removesItself) return null
  const [found] = await engine.listContainers(signal, `${restoresLabel}=${rollout.id}`)
  return found?.id ?? null
}

/** The instance that is the old version now: the copy, once the one that removes itself has been stopped. */
export async function currentOld(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<string> {
  const copy = await findCopy(deps, rollout, signal)
  if (copy === null) return rollout.oldInstance
  const original = await deps.engine.inspectContainer(rollout.oldInstance, signal)
  return original?.State.Running === true ? rollout.oldInstance : copy
}

/**
 * A copy of the old instance under `<name>.longshore-prev`, not started: stopping the old one removes it. Made from what
 * was captured where that is gone already.
 */
export async function copyOld(deps: DockerDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  const { engine } = deps
  const { signal, snapshot } = context
  if ((await findCopy(deps, rollout, signal)) !== null) return
  await pullOld(deps, rollout, context)
  const { container: old, image } = (await lookUp(deps, rollout, signal)) ?? readCaptured(snapshot)
  await clearPrevious(deps, rollout, signal)
  const { api } = await engine.version(signal)
  const { body, ...networks } = carryOver({
    old,
    oldImage: image,
    image: rollout.fromReference,
    order: 'stop-first',
    operationLabels: copyLabels(rollout, requestedEndpoints(old)),
    apiVersion: api,
    inherited: await inheritedMounts(deps, old, signal),
  })
  // It has to read as its owner wrote it.
  const id = await withImageUnder(
    deps,
    { reference: rollout.fromReference, image: rollout.fromImage },
    () => engine.createContainer(previousName(rollout.name), body, null, signal),
    signal,
  )
  const copy = await engine.inspectContainer(id, signal)
  if (copy === null) return
  if (copy.Image !== rollout.fromImage) {
    await engine.removeContainer(id, false, signal)
    throw new AppError('TARGET_CONFLICT', `the tag ${rollout.fromReference} was moved by somebody else meanwhile`)
  }
  await settleNetworks(deps, copy, networks, signal)
}

/** Removes the copy that this rollout made, and nothing else (I8). Its volumes are the new version's. */
export async function removeCopy(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const id = await findCopy(deps, rollout, signal)
  const copy = id === null ? null : await deps.engine.inspectContainer(id, signal)
  if (copy === null) return
  const image = await deps.inspections.image(copy.Image, signal)
  const labels = ownLabels(copy.Config.Labels ?? {}, image && (image.Config?.Labels ?? {}))
  if (labels[restoresLabel] !== rollout.id) {
    throw new AppError('TARGET_REFUSED', `no label of ours allows to remove ${copy.Name.slice(1)}`)
  }
  await deps.engine.removeContainer(copy.Id, false, signal)
}

async function lookUp(
  { engine }: DockerDeps,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<{ readonly container: ContainerInspect; readonly image: ImageInspect } | null> {
  const [container, image] = await Promise.all([
    engine.inspectContainer(rollout.oldInstance, signal),
    engine.inspectImage(rollout.fromImage, signal),
  ])
  return container === null || image === null ? null : { container, image }
}
