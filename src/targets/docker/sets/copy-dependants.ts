import type { ContainerInspect, CreateBody } from '../../../clients/docker/shapes.ts'
import { AppError } from '../../../errors.ts'
import type { Dependant } from '../../../rollout/dependant.ts'
import { asideName, previousName } from '../../../rollout/names.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import { dependencies, nameOf, refersTo } from '../../engine/dependants.ts'
import { parseRestartPolicy } from '../../engine/restart-policy.ts'
import type { ApplyContext } from '../../target.ts'
import { readCapturedContainers } from '../captured.ts'
import { currentOld, findCopy } from '../copies.ts'
import { mayReturn } from '../copy-old.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { requestedEndpoints } from '../endpoints.ts'
import { copyLabels, replacesLabel } from '../labels.ts'
import { clearPrevious } from '../leftovers.ts'
import { requireNetworks } from '../network-gone.ts'
import { makeMember, type Successor } from './make-member.ts'
import { isStranded, memberOf, membersOf } from './members.ts'

/**
 * R: copies of dependants under `<name>.longshore-prev`, not started, where their old instances are gone, or know the
 * provider by an id that is. They are made from what was captured, and refer to each other and to the present old version.
 * Those that exist, by their labels, are completed. One that cannot be made keeps no other from that.
 *
 * @throws TARGET_NOT_FOUND when the state does not have what was captured
 */
export async function copyOldDependants(deps: DockerDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  const { signal, snapshot } = context
  const captured = readCapturedContainers(snapshot)
  // By what was captured, since the names are those that they refer to.
  const settingsOf = async (id: string) =>
    captured.find(({ Id }) => Id === id) ?? (await deps.engine.inspectContainer(id, signal))
  const provider = await currentOld(deps, rollout, signal)
  const isMoved = provider !== rollout.oldInstance
  const replaced = await settingsOf(rollout.oldInstance)
  const successors: Successor[] = replaced === null ? [] : [{ old: replaced, id: provider, name: rollout.name }]
  const failures: unknown[] = []
  const lacking: ContainerInspect[] = []
  for (const { plan, made } of await membersOf(deps, rollout, signal)) {
    const original = await deps.engine.inspectContainer(plan.instance, signal)
    // Without either instance it was a person who removed it.
    if (original === null && made === null) continue
    const old = await settingsOf(plan.instance)
    try {
      if (old === null) throw new AppError('TARGET_NOT_FOUND', `the state does not hold the settings of ${plan.name}`)
      requireAll(old, lacking)
      const isOwn = original !== null && !isMoved
      const id = isOwn ? original.Id : await copyOne(deps, rollout, plan, { old, original, successors }, signal)
      successors.push({ old, id, name: plan.name })
    } catch (error) {
      failures.push(error)
      if (old !== null) lacking.push(old)
    }
  }
  // What may pass is told rather than what does not, since it is tried again.
  const passing = failures.find((each) => !(each instanceof AppError && each.code === 'TARGET_NOT_FOUND'))
  if (failures.length > 0) throw passing ?? failures[0]
}

/** By its name it would have the new instance of what it uses, which goes. */
function requireAll(container: ContainerInspect, lacking: readonly ContainerInspect[]): void {
  const used = lacking.find((each) => dependencies(container).some(({ on }) => refersTo(on, each)))
  if (used === undefined) return
  throw new AppError('TARGET_FAILED', `${nameOf(used)}, which ${nameOf(container)} uses, could not be made again`)
}

interface Copied {
  /** Whose settings it gets. */
  readonly old: ContainerInspect
  /** Null where that is gone. */
  readonly original: ContainerInspect | null
  readonly successors: readonly Successor[]
}

async function copyOne(
  deps: DockerDeps,
  rollout: Rollout,
  plan: Dependant,
  { old, original, successors }: Copied,
  signal: AbortSignal,
): Promise<string> {
  const { engine } = deps
  const { name } = plan
  const member = memberOf(rollout, plan)
  await requireNetworks(deps, old, signal)
  if (original !== null) await stepAside(deps, name, original, signal)
  const existing = await usableCopy(deps, member, signal)
  if (existing === null) await clearPrevious(deps, member, signal)
  const labels = { ...copyLabels(rollout, requestedEndpoints(old)), [replacesLabel]: plan.instance }
  const create = (body: CreateBody) => engine.createContainer(previousName(name), body, null, signal)
  const making = { plan, old, labels, successors, existing, create }
  return makeMember(deps, making, signal).catch((error: unknown) => {
    throw mayReturn(error)
  })
}

/** The way back may have armed it already; the engine must not start it beside its copy. */
async function stepAside(
  { engine }: Pick<DockerDeps, 'engine'>,
  name: string,
  original: ContainerInspect,
  signal: AbortSignal,
): Promise<void> {
  await engine.setRestartPolicy(original.Id, parseRestartPolicy('no'), signal)
  if (![name, previousName(name)].includes(nameOf(original))) return
  await engine.renameContainer(original.Id, asideName(name, original.Id), signal)
}

/** A copy that refers to another which was removed since goes: it could never be started. Null where there is none. */
async function usableCopy(deps: DockerDeps, member: Rollout, signal: AbortSignal): Promise<string | null> {
  const id = await findCopy(deps, member, signal)
  const copy = id === null ? null : await deps.engine.inspectContainer(id, signal)
  if (copy === null) return null
  if (copy.State.Running || !(await isStranded(deps, copy, signal))) return copy.Id
  await deps.engine.removeContainer(copy.Id, false, signal)
  return null
}
