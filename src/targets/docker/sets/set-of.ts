import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { namesOf, type Dependant } from '../../../rollout/dependant.ts'
import { nameOf } from '../../engine/dependants.ts'
import { formatRestartPolicy } from '../../engine/restart-policy.ts'
import type { LeftAlone } from '../../target.ts'
import type { RelationsOf } from './relations.ts'

/** What has to be made again with a container, or why that cannot be. */
export interface ContainerSet {
  /** Each after everything of the set that it uses. */
  readonly dependants: readonly Dependant[]
  /** Why the set cannot be rolled out; null when it can. */
  readonly unfit: LeftAlone | null
}

interface Surroundings {
  /** The containers of the engine, without those that rollouts keep beside others. */
  readonly all: readonly ContainerInspect[]
  readonly relationsOf: RelationsOf
  /** Why a container is not ours to make again, as the end of a sentence that begins with its name; null when it is. */
  readonly whyNotOurs: (container: ContainerInspect) => string | null
}

/** Everything that would break if a container were replaced alone, in the order in which it has to be started. */
export function setOf(provider: ContainerInspect, { all, relationsOf, whyNotOurs }: Surroundings): ContainerSet {
  const members = closure(provider, all, relationsOf)
  if (members.length === 0) return { dependants: [], unfit: null }
  const ordered = inOrder(provider, members, relationsOf)
  const dependants = ordered.map((each) => asDependant(each, [provider, ...members], relationsOf))
  return { dependants, unfit: unfitness(provider, members, ordered, relationsOf, whyNotOurs) }
}

function closure(provider: ContainerInspect, all: readonly ContainerInspect[], relationsOf: RelationsOf) {
  const members: ContainerInspect[] = []
  const ids = new Set([provider.Id])
  for (let before = 0; before < ids.size;) {
    before = ids.size
    for (const each of all) {
      if (ids.has(each.Id) || !relationsOf(each).some((relation) => ids.has(relation.provider?.Id ?? ''))) continue
      ids.add(each.Id)
      members.push(each)
    }
  }
  return members
}

/** Those of a circle are left out. */
function inOrder(provider: ContainerInspect, members: readonly ContainerInspect[], relationsOf: RelationsOf) {
  const placed: ContainerInspect[] = []
  const waiting = new Set(members)
  const isReady = (each: ContainerInspect) =>
    ![...waiting].some((other) => relationsOf(each).some((relation) => relation.provider?.Id === other.Id))
  for (let next = members.find(isReady); next !== undefined;) {
    placed.push(next)
    waiting.delete(next)
    next = [...waiting].find(isReady)
  }
  const isCircular = relationsOf(provider).some((each) => members.some(({ Id }) => Id === each.provider?.Id))
  return isCircular ? [] : placed
}

function asDependant(
  container: ContainerInspect,
  set: readonly ContainerInspect[],
  relationsOf: RelationsOf,
): Dependant {
  const ids = new Set(set.map(({ Id }) => Id))
  const own = relationsOf(container).filter((each) => ids.has(each.provider?.Id ?? ''))
  return {
    instance: container.Id,
    name: nameOf(container),
    image: container.Image,
    restart: formatRestartPolicy(container.HostConfig.RestartPolicy),
    wasRunning: container.State.Running || container.State.Restarting,
    by: [...new Set(own.map((each) => each.by))],
  }
}

function unfitness(
  provider: ContainerInspect,
  members: readonly ContainerInspect[],
  ordered: readonly ContainerInspect[],
  relationsOf: RelationsOf,
  whyNotOurs: Surroundings['whyNotOurs'],
): LeftAlone | null {
  const named = namesOf(members.map((each) => ({ name: nameOf(each) })))
  if (ordered.length < members.length) return dependent(`it and its dependants (${named}) use each other in a circle`)
  for (const each of members) {
    const why = whyNotOurs(each)
    if (why === null) continue
    const [tie] = relationsOf(each).filter(({ provider: of }) => of?.Id === provider.Id)
    return dependent(`its dependant ${nameOf(each)}${tie ? ` (${tie.by})` : ''} would break: ${why}`)
  }
  if (provider.HostConfig.AutoRemove) return dependent(`it was started with --rm, and ${named} cannot do without it`)
  const isUp = provider.State.Running || provider.State.Restarting
  return isUp ? null : dependent(`it does not run, and ${named} cannot do without it`)
}

const dependent = (sentence: string): LeftAlone => ({ code: 'DEPENDENT', sentence, isHeld: true })
