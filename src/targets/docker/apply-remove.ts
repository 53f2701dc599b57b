import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import { nameOf } from '../engine/dependants.ts'
import type { DockerDeps } from './docker-deps.ts'
import { findNew } from './instance.ts'
import { isLeaving, untilRemoved } from './leaving.ts'
import { operationLabel, replacesLabel } from './labels.ts'
import { removeAside } from './leftovers.ts'
import { ownLabels, type Labels } from '../engine/own-labels.ts'

/** Removes the instance that this rollout made, with the anonymous volumes that nothing else has. */
export async function removeNew(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const { engine } = deps
  const id = await findNew(deps, rollout, signal)
  const container = id === null ? null : await engine.inspectContainer(id, signal)
  deps.newInstances.delete(rollout.id)
  if (container === null) return
  const labels = await trustedLabels(deps, container, signal)
  const isOurs = labels[operationLabel] === rollout.id && labels[replacesLabel] === rollout.oldInstance
  if (!isOurs || container.Id === rollout.oldInstance) throw refused(container)
  // What was made from nothing shares its volumes with nobody.
  const isAlone = rollout.procedure === 'create'
  const old = isAlone ? null : await engine.inspectContainer(rollout.oldInstance, signal)
  const hasOwnVolumes = isAlone || (old !== null && !sharesVolumes(container, old))
  await removeOrSeeGone(deps, container.Id, hasOwnVolumes, signal)
}

/** What the engine is removing by itself is waited for: it refuses to be asked for that once more. */
async function removeOrSeeGone(deps: DockerDeps, id: string, withVolumes: boolean, signal: AbortSignal): Promise<void> {
  try {
    await deps.engine.removeContainer(id, withVolumes, signal)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'TARGET_CONFLICT') throw error
    if (!(await isLeaving(deps, id, signal))) throw error
    await untilRemoved(deps, id, signal)
  }
}

/** Removes the instance that was replaced: the very one that the label of its replacement names (I8). */
export async function removeOld(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const { engine } = deps
  const old = await engine.inspectContainer(rollout.oldInstance, signal)
  if (old === null) return
  const id = await findNew(deps, rollout, signal)
  const fresh = id === null ? null : await engine.inspectContainer(id, signal)
  const labels = fresh === null ? {} : await trustedLabels(deps, fresh, signal)
  const isReplaced = labels[operationLabel] === rollout.id && labels[replacesLabel] === old.Id
  if (!isReplaced || fresh?.Id === old.Id) throw refused(old)
  // What was kept from before it is no use any more either; it goes first, since a label of this one may speak of it.
  await removeAside(deps, rollout, signal)
  // Its anonymous volumes live on in the new instance.
  await engine.removeContainer(old.Id, false, signal)
  deps.newInstances.delete(rollout.id)
}

/** Labels that did not come from the image; nobody forges ownership by an image. */
async function trustedLabels(deps: DockerDeps, container: ContainerInspect, signal: AbortSignal): Promise<Labels> {
  const image = await deps.inspections.image(container.Image, signal)
  return ownLabels(container.Config.Labels ?? {}, image && (image.Config?.Labels ?? {}))
}

/** The engine would keep what another container uses; this does not lean on it. */
function sharesVolumes(container: ContainerInspect, old: ContainerInspect): boolean {
  const kept = new Set((old.Mounts ?? []).flatMap(({ Name }) => (Name === undefined ? [] : [Name])))
  return (container.Mounts ?? []).some(({ Name }) => Name !== undefined && kept.has(Name))
}

const refused = ({ Id, Name }: ContainerInspect): AppError =>
  new AppError('TARGET_REFUSED', `no label of ours allows to remove ${nameOf({ Name })} (${Id.slice(0, 12)})`)
