import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { AppError } from '../../../errors.ts'
import type { Dependant } from '../../../rollout/dependant.ts'
import { nextName } from '../../../rollout/names.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import { wasDependantUnwell } from '../../../rollout/unwell.ts'
import { nameOf, refersTo, rewired } from '../../engine/dependants.ts'
import { ownLabels } from '../../engine/own-labels.ts'
import { requireInstance } from '../../engine/require-instance.ts'
import type { ApplyContext } from '../../target.ts'
import { carryOver } from '../carry-over.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { requestedEndpoints } from '../endpoints.ts'
import { requireNew } from '../instance.ts'
import { operationLabel, operationLabels, replacesLabel } from '../labels.ts'
import { clearNext, clearPrevious, removeAside } from '../leftovers.ts'
import { settleNetworks } from '../settle-networks.ts'
import { inheritedMounts } from './inherited.ts'
import { memberOf, membersOf } from './members.ts'
import { usesLabels } from './uses.ts'
import { withImageUnder } from '../../engine/with-image-under.ts'

/** What has taken, or will take, the place of a container of the set. */
interface Successor {
  readonly old: ContainerInspect
  /** Engine id of the new instance. */
  readonly id: string
  /** The name that it ends up with. */
  readonly name: string
}

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
  const member = memberOf(rollout, plan)
  const oldImage = await engine.inspectImage(plan.image, signal)
  if (oldImage === null) throw new AppError('TARGET_NOT_FOUND', `the image of ${plan.name} is gone from the engine`)
  const { api } = await engine.version(signal)
  const used = new Map<string, string>()
  const successorOf = (on: string): string => {
    const found = successors.find((each) => refersTo(on, each.old))
    if (found !== undefined) used.set(found.id, found.name)
    return found?.id ?? on
  }
  const { body, ...networks } = carryOver({
    old,
    oldImage,
    image: old.Config.Image,
    order: 'stop-first',
    operationLabels: {
      ...operationLabels(rollout, requestedEndpoints(old)),
      [replacesLabel]: plan.instance,
    },
    apiVersion: api,
    inherited: await inheritedMounts(deps, old, signal),
  })
  const HostConfig = rewired(body.HostConfig, ({ on }) => successorOf(on))
  const wired = { ...body, HostConfig, Labels: { ...body.Labels, ...usesLabels(used) } }
  const send = () => engine.createContainer(nextName(plan.name), wired, null, signal)
  const id = await withImageUnder(
    deps,
    { reference: old.Config.Image, image: plan.image },
    () =>
      send().catch(async (error: unknown) => {
        const isTaken = error instanceof AppError && error.code === 'TARGET_CONFLICT'
        if (!isTaken || !(await clearNext(deps, member, signal))) throw error
        return send()
      }),
    signal,
  )
  const container = await requireInstance(deps, id, signal)
  if (container.Image !== plan.image) {
    await engine.removeContainer(id, false, signal)
    throw new AppError('TARGET_CONFLICT', `the tag ${old.Config.Image} was moved by somebody else meanwhile`)
  }
  await settleNetworks(deps, container, networks, signal)
  return id
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
    await requireOurs(deps, container, rollout, plan, old, signal)
    if (!wasDependantUnwell(rollout, 'container', plan.name)) await removeAside(deps, memberOf(rollout, plan), signal)
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
