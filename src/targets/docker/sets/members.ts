import type { ContainerSummary } from '../../../clients/docker/containers.ts'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import type { Dependant } from '../../../rollout/dependant.ts'
import { nextName } from '../../../rollout/names.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import { dependencies, endsWithRun, isEngineId } from '../../engine/dependants.ts'
import { currentOld, findCopy } from '../copies.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { operationLabel, replacesLabel } from '../labels.ts'
import { isBehind } from './follows.ts'

/** A dependant as the effects on single instances take it: its own rollout within that of the set. */
export const memberOf = (rollout: Rollout, { instance, name, restart, image }: Dependant): Rollout => ({
  ...rollout,
  oldInstance: instance,
  name,
  restart,
  fromImage: image,
})

/**
 * The instance that a rollout made in the place of one of its dependants. Tools that copy a container copy its labels, so
 * names of the dependant come first.
 */
export function madeFor(
  summaries: readonly ContainerSummary[],
  rollout: Pick<Rollout, 'id'>,
  { instance, name }: Dependant,
): ContainerSummary | undefined {
  const found = summaries.filter(
    ({ id, labels }) => labels[operationLabel] === rollout.id && labels[replacesLabel] === instance && id !== instance,
  )
  return found.find((each) => each.name === name || each.name === nextName(name)) ?? found[0]
}

/** Each dependant with the instance that was made in its place; null where there is none. */
export async function membersOf(
  { engine }: Pick<DockerDeps, 'engine'>,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<readonly { readonly plan: Dependant; readonly made: string | null }[]> {
  const summaries = await engine.listContainers(signal, `${operationLabel}=${rollout.id}`)
  return rollout.dependants.map((plan) => ({ plan, made: madeFor(summaries, rollout, plan)?.id ?? null }))
}

/**
 * Id of the instance that a dependant goes back to: its copy where it has one. Null where it is gone, or knows its provider
 * by the id of what is.
 */
export async function oldOf(deps: DockerDeps, rollout: Rollout, plan: Dependant, signal: AbortSignal) {
  const copy = await findCopy(deps, memberOf(rollout, plan), signal)
  if (copy !== null) return copy
  return (await currentOld(deps, rollout, signal)) === rollout.oldInstance ? plan.instance : null
}

/** Whether a container refers to one by an id that is gone, so that nothing ever starts it again. */
export async function isStranded(
  { engine }: Pick<DockerDeps, 'engine'>,
  container: ContainerInspect,
  signal: AbortSignal,
): Promise<boolean> {
  for (const { on } of dependencies(container)) {
    if (isEngineId(on) && (await engine.inspectContainer(on, signal)) === null) return true
  }
  return false
}

/** Whether a container was started before something that it lives in was. */
export async function livesInPast(
  { engine }: Pick<DockerDeps, 'engine'>,
  container: ContainerInspect,
  signal: AbortSignal,
): Promise<boolean> {
  for (const { on } of dependencies(container).filter(({ by }) => endsWithRun(by))) {
    const provider = await engine.inspectContainer(on, signal)
    if (provider !== null && isBehind(container, provider)) return true
  }
  return false
}

export const isUp = ({ State }: ContainerInspect): boolean => State.Running || State.Restarting
