import type { CreateBody } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import { previousName } from '../../rollout/names.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { nameOf } from '../engine/dependants.ts'
import { ownLabels } from '../engine/own-labels.ts'
import { requireNetworks } from './network-gone.ts'
import { pullOld } from '../engine/apply-image.ts'
import { withImageUnder } from '../engine/with-image-under.ts'
import type { ApplyContext } from '../target.ts'
import { carryOver } from './carry-over.ts'
import type { DockerDeps } from './docker-deps.ts'
import { requestedEndpoints } from './endpoints.ts'
import { findCopy } from './copies.ts'
import { copyLabels, restoresLabel } from './labels.ts'
import { clearPrevious, removeAside } from './leftovers.ts'
import { readCaptured, type Captured } from './captured.ts'
import { inheritedMounts } from './sets/inherited.ts'
import { wire } from './sets/wire.ts'
import { settleNetworks } from './settle-networks.ts'

/**
 * A copy of the old instance under `<name>.longshore-prev`, not started: stopping the old one removes it, or somebody
 * else did. Made from what was captured where that is gone already. One that exists, by its label, is completed.
 *
 * @throws TARGET_NOT_FOUND when neither it nor what was captured of it is there, or its image is gone for good
 */
export async function copyOld(deps: DockerDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  const { signal, snapshot } = context
  const existing = await findCopy(deps, rollout, signal)
  if (existing === null) await pullOld(deps, rollout, context)
  const found = (await lookUp(deps, rollout, signal)) ?? readCaptured(snapshot)
  await makeOf(deps, rollout, found, existing, signal).catch((error: unknown) => {
    throw mayReturn(error)
  })
}

/** What the engine does not find while it makes one, as a volume plugin or an image, may be there at the next try. */
export const mayReturn = (error: unknown): unknown =>
  error instanceof AppError && error.code === 'TARGET_NOT_FOUND'
    ? new AppError('TARGET_FAILED', error.message, { cause: error })
    : error

async function makeOf(
  deps: DockerDeps,
  rollout: Rollout,
  { container: old, image }: Captured,
  existing: string | null,
  signal: AbortSignal,
): Promise<void> {
  const { engine } = deps
  await requireNetworks(deps, old, signal)
  const { api } = await engine.version(signal)
  const { body, ...networks } = carryOver({
    old,
    oldImage: image,
    image: rollout.fromReference,
    order: 'stop-first',
    operationLabels: copyLabels(rollout, requestedEndpoints(old)),
    apiVersion: api,
    inherited: await inheritedMounts(deps, old, [], signal),
  })
  const id = existing ?? (await createUnder(deps, rollout, await wire(deps, rollout, old, body, signal), signal))
  const copy = await engine.inspectContainer(id, signal)
  if (copy === null || copy.State.Running) return
  if (copy.Image !== rollout.fromImage) {
    // A person who took the labels over to a container of their own gave it another name.
    if (nameOf(copy) === previousName(rollout.name)) await engine.removeContainer(id, false, signal)
    throw new AppError('TARGET_CONFLICT', `the tag ${rollout.fromReference} was moved by somebody else meanwhile`)
  }
  await settleNetworks(deps, copy, networks, signal)
}

async function createUnder(deps: DockerDeps, rollout: Rollout, body: CreateBody, signal: AbortSignal): Promise<string> {
  await clearPrevious(deps, rollout, signal)
  // It has to read as its owner wrote it.
  return withImageUnder(
    deps,
    { reference: rollout.fromReference, image: rollout.fromImage },
    () => deps.engine.createContainer(previousName(rollout.name), body, null, signal),
    signal,
  )
}

/**
 * Removes the copy that this rollout made, and once that has succeeded what was kept from before it; nothing else (I8). Its
 * volumes are the new version's.
 */
export async function removeCopy(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const id = await findCopy(deps, rollout, signal)
  const copy = id === null ? null : await deps.engine.inspectContainer(id, signal)
  if (copy === null) return
  const image = await deps.inspections.image(copy.Image, signal)
  const labels = ownLabels(copy.Config.Labels ?? {}, image && (image.Config?.Labels ?? {}))
  if (labels[restoresLabel] !== rollout.id) {
    throw new AppError('TARGET_REFUSED', `no label of ours allows to remove ${copy.Name.slice(1)}`)
  }
  if (rollout.stage === 'kept') await removeAside(deps, rollout, signal)
  await deps.engine.removeContainer(copy.Id, false, signal)
}

async function lookUp({ engine }: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<Captured | null> {
  const [container, image] = await Promise.all([
    engine.inspectContainer(rollout.oldInstance, signal),
    engine.inspectImage(rollout.fromImage, signal),
  ])
  return container === null || image === null ? null : { container, image }
}
