import { dependencies, nameOf } from '../engine/dependants.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Service } from './services.ts'

/** Names of the services of the project whose containers live in one of this service's. */
export function followersOf(service: Service, all: readonly Service[]): readonly string[] {
  return all
    .filter((each) => each.project === service.project && each.service !== service.service)
    .filter((each) => each.members.some(({ container }) => livesIn(container, service)))
    .map((each) => each.service)
    .toSorted()
}

/** Whether a container uses the network, processes, memory or volumes of one of the service's. */
export function livesIn(container: ContainerInspect, { members }: Service): boolean {
  const hosts = new Set(members.flatMap((each) => [each.container.Id, nameOf(each.container)]))
  return dependencies(container).some(({ on }) => hosts.has(on))
}

/** Whether everything that a container lives in is among the service's containers. */
export function isFollowing(container: ContainerInspect, service: Service): boolean {
  const needed = dependencies(container)
  return needed.length === 0 || livesIn(container, service)
}
