import type { ContainerInspect, CreateBody } from '../../../clients/docker/shapes.ts'
import { AppError } from '../../../errors.ts'
import type { Dependant } from '../../../rollout/dependant.ts'
import { nextName, previousName } from '../../../rollout/names.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import { wasDependantUnwell } from '../../../rollout/unwell.ts'
import { nameOf } from '../../engine/dependants.ts'
import { ownLabels } from '../../engine/own-labels.ts'
import { requireInstance } from '../../engine/require-instance.ts'
import type { ApplyContext } from '../../target.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { requestedEndpoints } from '../endpoints.ts'
import { requireNew } from '../instance.ts'
import { operationLabel, operationLabels, replacesLabel } from '../labels.ts'
import { clearNext, clearPrevious, removeAside } from '../leftovers.ts'
import { makeMember, type Successor } from './make-member.ts'
import { memberOf, membersOf } from './members.ts'

/**
 * J3: every dependant is there a second time, of its own image and not started, and refers to the new instances of what
 * it uses. Those that exist already, by their labels, are left as they are.
 */
export async function createDependants(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const provider = await requireInstance(deps, rollout.oldInstance, signal)
  const successors: Successor[] = [{ old: provider, id: await requireNew(deps, rollout, signal), name: rollout.name }]
  for (const { plan, made } of await membersOf(deps, rollout, signal)) {
    const old = await requireInstance(deps, plan.instance, signal)
    const id = made ?? (await createOne(deps, rollout, plan, old, successors, signal))
    successors.push({ old, id, name: plan.name })
    await clearPrevious(deps, memberOf(rollout, plan), signal)
  }
}

async function createOne(
  deps: DockerDeps,
  rollout: Rollout,
  plan: Dependant,
  old: ContainerInspect,
  successors: readonly Successor[],
  signal: AbortSignal,
): Promise<string> {
  const { engine } = deps
  const labels = { ...operationLabels(rollout, requestedEndpoints(old)), [replacesLabel]: plan.instance }
  const create = (body: CreateBody): Promise<string> => {
    const send = () => engine.createContainer(nextName(plan.name), body, null, signal)
    return send().catch(async (error: unknown) => {
      const isTaken = error instanceof AppError && error.code === 'TARGET_CONFLICT'
      if (!isTaken || !(await clearNext(deps, memberOf(rollout, plan), signal))) throw error
      return send()
    })
  }
  return makeMember(deps, { plan, old, labels, successors, existing: null, create }, signal)
}

/** R: the instances that this rollout made in the place of dependants, and nothing else. The last goes first. */
export async function removeNewDependants(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  for (const { plan, made } of (await membersOf(deps, rollout, signal)).toReversed()) {
    const container = made === null ? null : await deps.engine.inspectContainer(made, signal)
    if (container === null) continue
    await requireOurs(deps, container, rollout, plan, container, signal)
    const old = await deps.engine.inspectContainer(plan.instance, signal)
    await deps.engine.removeContainer(container.Id, old !== null && !sharesVolumes(container, old), signal)
  }
}

/** J8: the instances that were replaced: the very ones that the labels of their replacements name (I8). */
export async function removeOldDependants(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  for (const { plan, made } of (await membersOf(deps, rollout, signal)).toReversed()) {
    const old = await deps.engine.inspectContainer(plan.instance, signal)
    const container = made === null ? null : await deps.engine.inspectContainer(made, signal)
    if (old === null || container === null || old.State.Running) continue
    // Renamed by somebody who wants it, or moved aside by a rollout of its own, which decides about all that is kept.
    if (nameOf(old) !== previousName(plan.name)) continue
    await requireOurs(deps, container, rollout, plan, old, signal)
    const hasProvenItself = plan.wasRunning && !wasDependantUnwell(rollout, 'container', plan.name)
    if (hasProvenItself) await removeAside(deps, memberOf(rollout, plan), signal)
    // Its anonymous volumes live on in the new instance.
    await deps.engine.removeContainer(old.Id, false, signal)
  }
}

/** Labels that came from an image count for nothing: nobody forges ownership by an image. */
async function requireOurs(
  deps: DockerDeps,
  made: ContainerInspect,
  rollout: Rollout,
  { instance }: Dependant,
  toRemove: ContainerInspect,
  signal: AbortSignal,
): Promise<void> {
  const image = await deps.inspections.image(made.Image, signal)
  const labels = ownLabels(made.Config.Labels ?? {}, image && (image.Config?.Labels ?? {}))
  if (labels[operationLabel] === rollout.id && labels[replacesLabel] === instance && made.Id !== instance) return
  throw new AppError('TARGET_REFUSED', `no label of ours allows to remove ${nameOf(toRemove)}`)
}

/** The engine would keep what another container uses; this does not lean on it. */
function sharesVolumes(container: ContainerInspect, old: ContainerInspect): boolean {
  const kept = new Set((old.Mounts ?? []).flatMap(({ Name }) => (Name === undefined ? [] : [Name])))
  return (container.Mounts ?? []).some(({ Name }) => Name !== undefined && kept.has(Name))
}
