import type { Workload } from '../target.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { findServices } from './services.ts'
import { readWorkload } from './workload.ts'

/** Every service that has a container on the engine, as a workload. */
export async function listWorkloads(deps: ComposeDeps, signal: AbortSignal): Promise<readonly Workload[]> {
  const services = await findServices(deps, null, signal)
  return Promise.all(
    services.map(async (service) => {
      const image = await deps.inspections.image(service.members[0].container.Image, signal)
      return readWorkload({
        target: deps.target,
        service,
        all: services,
        image,
        self: deps.self,
        configured: deps.configured,
      })
    }),
  )
}
