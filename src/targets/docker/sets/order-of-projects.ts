import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { isUp } from './members.ts'
import type { Surroundings } from './surroundings.ts'

/**
 * The containers of Compose services in the order in which their projects are brought up: each after what of another
 * project it uses, and what does not run after what does, in which it may live. Null where there is no such order.
 */
export function inOrderOfProjects(
  members: readonly ContainerInspect[],
  { relationsOf, serviceOf }: Pick<Surroundings, 'relationsOf' | 'serviceOf'>,
): readonly ContainerInspect[] | null {
  const named = members.flatMap((each) => {
    const service = serviceOf(each)
    return service === null ? [] : [{ each, service, project: service.split('/')[0] ?? '' }]
  })
  const sorted = named.toSorted((one, other) => one.service.localeCompare(other.service))
  const waiting = [...Map.groupBy(sorted, ({ each, project }) => `${project} ${isUp(each)}`).values()]
  const isBefore = (one: typeof sorted, other: typeof sorted) =>
    one !== other &&
    other.some(({ each, project }) =>
      one.some((first) =>
        first.project === project
          ? isUp(first.each) && !isUp(each)
          : relationsOf(each).some(({ provider }) => provider?.Id === first.each.Id),
      ),
    )
  const placed: ContainerInspect[] = []
  while (waiting.length > 0) {
    const next = waiting.findIndex((group) => !waiting.some((other) => isBefore(other, group)))
    if (next === -1) return null
    for (const group of waiting.splice(next, 1)) placed.push(...group.map(({ each }) => each))
  }
  return placed
}
