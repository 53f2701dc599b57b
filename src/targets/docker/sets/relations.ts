import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { dependencies, refersTo, type Dependency } from '../../engine/dependants.ts'

/** What a container has of another, with that one as the engine shows it now; null where it is gone. */
export interface Relation extends Dependency {
  readonly provider: ContainerInspect | null
}

/** Tells whom a container uses, among all that are there. */
export type RelationsOf = (container: ContainerInspect) => readonly Relation[]

/** @param all every container of the engine, those that rollouts keep beside others too */
export function relationsAmong(all: readonly ContainerInspect[]): RelationsOf {
  const found = new Map<string, readonly Relation[]>()
  return (container) => {
    const known = found.get(container.Id)
    if (known !== undefined) return known
    const relations = dependencies(container).map((each) => ({ ...each, provider: resolve(each.on, all) }))
    found.set(container.Id, relations)
    return relations
  }
}

/** An id before a name before the beginning of an id, as the engine does. */
function resolve(on: string, all: readonly ContainerInspect[]): ContainerInspect | null {
  return (
    all.find(({ Id }) => Id === on) ??
    all.find(({ Name }) => Name === `/${on}`) ??
    all.find((each) => refersTo(on, each)) ??
    null
  )
}
