import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { MadeAnew } from '../../rollout/dependant.ts'
import { withoutSuffix } from '../../rollout/names.ts'
import { nameOf, refersTo } from '../engine/dependants.ts'
import { madeAnew, readTraces } from '../engine/traces.ts'
import { workloadId, type ComposeDeps } from './compose-deps.ts'
import type { Service } from './services.ts'

/** Tells of a container that has taken the place of another, what is known of that. The engine is asked once at most. */
export function madeAnewAmong(
  { engine, target }: Pick<ComposeDeps, 'engine' | 'target'>,
  services: readonly Service[],
  signal: AbortSignal,
): (container: ContainerInspect) => Promise<MadeAnew> {
  const all = services.flatMap((each) => each.members.map(({ container }) => ({ container, each })))
  let reading: ReturnType<typeof readTraces> | null = null
  const workloadOf = (container: ContainerInspect): string => {
    const owner = all.find((one) => one.container.Id === container.Id)?.each
    return owner === undefined
      ? `${target}/container/${withoutSuffix(nameOf(container))}`
      : workloadId(target, owner.project, owner.service)
  }
  const find = (on: string) => all.find(({ container }) => refersTo(on, container))?.container ?? null
  return async (container) => {
    reading ??= readTraces(engine, signal)
    return madeAnew(container, { find, workloadOf, isTraced: await reading })
  }
}
