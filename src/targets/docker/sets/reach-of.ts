import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import type { Surroundings } from './surroundings.ts'

/** Everything that uses a container, far away too, by when it is made again. */
export interface Reach {
  /** What is made again with it: plain containers first, then Compose services. */
  readonly members: readonly ContainerInspect[]
  /** What comes after that, since it lives in plain containers that live in Compose services of the members. */
  readonly later: readonly ContainerInspect[]
  /** The plain ones of those that live in a Compose service of the members themselves; the others go with them. */
  readonly followers: readonly ContainerInspect[]
  /** One that would have to be made again both with it and after it; null for none. */
  readonly twofold: ContainerInspect | null
}

/** Who has to be made again with a container, and who after all of those. */
export function reachOf(
  provider: ContainerInspect,
  { users, relationsOf, serviceOf }: Pick<Surroundings, 'users' | 'relationsOf' | 'serviceOf'>,
): Reach {
  const uses = (each: ContainerInspect, others: readonly ContainerInspect[]) =>
    relationsOf(each).some((relation) => others.some(({ Id }) => Id === relation.provider?.Id))
  const all = grown([provider], users, (each, found) => uses(each, found)).slice(1)
  const isComposed = (each: ContainerInspect) => serviceOf(each) !== null
  const composed = all.filter(isComposed)
  const later = grown([], all, (each, found) => uses(each, found) || (!isComposed(each) && uses(each, composed)))
  const isLater = new Set(later)
  const members = all.filter((each) => !isLater.has(each))
  const services = members.filter(isComposed)
  const others = [provider, ...members]
  return {
    members,
    later,
    followers: later.filter((each) => !isComposed(each) && uses(each, services)),
    twofold:
      later.find((each) => uses(each, isComposed(each) ? others : others.filter((one) => !isComposed(one)))) ?? null,
  }
}

/** Those that were there, and all that belong to what was found before them. */
function grown(
  first: readonly ContainerInspect[],
  among: readonly ContainerInspect[],
  belongs: (each: ContainerInspect, found: readonly ContainerInspect[]) => boolean,
): readonly ContainerInspect[] {
  const found = [...first]
  for (let before = -1; before < found.length;) {
    before = found.length
    for (const each of among) if (!found.includes(each) && belongs(each, found)) found.push(each)
  }
  return found
}
