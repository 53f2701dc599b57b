import { describeImage } from '../engine/described-image.ts'
import type { Workload } from '../target.ts'
import { workloadId, type ComposeDeps } from './compose-deps.ts'
import { insideFollow } from './inside-providers.ts'
import { withDownByUs } from './down-by-us.ts'
import { madeAnewAmong } from './made-anew.ts'
import { findServices, type Service } from './services.ts'
import { outsideProviders, type Outside } from './outside-providers.ts'
import { readWorkload } from './workload.ts'

/** Every service that has a container on the engine, as a workload. */
export async function listWorkloads(deps: ComposeDeps, signal: AbortSignal): Promise<readonly Workload[]> {
  const services = await withDownByUs(deps, await findServices(deps, null, signal))
  const outside = await outsideProviders(deps, services, signal)
  noteUses(deps, services, outside)
  const anew = madeAnewAmong(deps, services, signal)
  return Promise.all(
    services.map(async (service) => {
      const described = await describeImage(deps.inspections, service.members[0].container.Image, signal)
      const inside = insideFollow(service, services, outside(service).goneInside, deps.clock.now())
      return readWorkload({
        target: deps.target,
        service,
        all: services,
        ...described,
        self: deps.self,
        configured: deps.configured,
        outside: outside(service),
        now: deps.clock.now(),
        inside: inside.anew === undefined ? inside : { ...inside, madeAnew: await anew(inside.anew) },
      })
    }),
  )
}

/** Notes who uses what outside of its project, so that events of that ring; all at once, since they may come at any time. */
function noteUses(
  { target, usedBy }: Pick<ComposeDeps, 'target' | 'usedBy'>,
  services: readonly Service[],
  outside: (service: Service) => Outside,
): void {
  usedBy.clear()
  for (const service of services) {
    const id = workloadId(target, service.project, service.service)
    for (const name of outside(service).uses) usedBy.set(name, [...(usedBy.get(name) ?? []), id])
  }
}
