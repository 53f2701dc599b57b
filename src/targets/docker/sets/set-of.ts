import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { namesOf, type ComposedDependant, type Dependant } from '../../../rollout/dependant.ts'
import { isEngineId, nameOf, tieWords } from '../../engine/dependants.ts'
import { formatRestartPolicy } from '../../engine/restart-policy.ts'
import { endsForGood } from '../../engine/ends-for-good.ts'
import type { LeftAlone } from '../../target.ts'
import { inOrderOfProjects } from './order-of-projects.ts'
import type { RelationsOf } from './relations.ts'
import { isUp } from './members.ts'
import { reachOf, type Reach } from './reach-of.ts'
import type { Surroundings } from './surroundings.ts'

/** What has to be made again with a container, or why that cannot be. */
export interface ContainerSet {
  /** Each after everything of the set that it uses. */
  readonly dependants: readonly Dependant[]
  /** Compose services of the set, which Compose makes again after all the others; each after what it lives in. */
  readonly composed: readonly ComposedDependant[]
  /** Names of plain containers that live in those: they are made again after the set, by rollouts of their own. */
  readonly followers: readonly string[]
  /** Why the set cannot be rolled out; null when it can. */
  readonly unfit: LeftAlone | null
}

/** Everything that would break if a container were replaced alone, in the order in which it has to be started. */
export function setOf(provider: ContainerInspect, surroundings: Surroundings): ContainerSet {
  const { relationsOf, serviceOf } = surroundings
  const reach = reachOf(provider, surroundings)
  const { members, followers } = reach
  if (members.length === 0) return { dependants: [], composed: [], followers: [], unfit: null }
  const plain = members.filter((each) => serviceOf(each) === null)
  const ordered = inOrder(provider, plain, members, relationsOf)
  const dependants = ordered.map((each) => asDependant(each, [provider, ...members], surroundings))
  const isCircular = ordered.length < plain.length || isUsing(provider, [...members, ...reach.later], relationsOf)
  const composed = inOrderOfProjects(members, surroundings)
  const unfit = unfitness(provider, reach, isCircular, surroundings) ?? (composed === null ? crossed : null)
  return {
    dependants,
    composed: composedAmong(composed ?? [], serviceOf),
    followers: followers.map(nameOf).toSorted(),
    unfit,
  }
}

/** Those of a circle are left out. */
function inOrder(
  provider: ContainerInspect,
  plain: readonly ContainerInspect[],
  members: readonly ContainerInspect[],
  relationsOf: RelationsOf,
) {
  const placed: ContainerInspect[] = []
  const waiting = new Set(plain)
  const isReady = (each: ContainerInspect) =>
    ![...waiting].some((other) => relationsOf(each).some((relation) => relation.provider?.Id === other.Id))
  for (let next = plain.find(isReady); next !== undefined;) {
    placed.push(next)
    waiting.delete(next)
    next = [...waiting].find(isReady)
  }
  return isUsing(provider, members, relationsOf) ? [] : placed
}

const isUsing = (container: ContainerInspect, others: readonly ContainerInspect[], relationsOf: RelationsOf): boolean =>
  relationsOf(container).some((each) => others.some(({ Id }) => Id === each.provider?.Id))

function asDependant(
  container: ContainerInspect,
  set: readonly ContainerInspect[],
  { relationsOf, isMeantToRun }: Pick<Surroundings, 'relationsOf' | 'isMeantToRun'>,
): Dependant {
  const ids = new Set(set.map(({ Id }) => Id))
  const own = relationsOf(container).filter((each) => ids.has(each.provider?.Id ?? ''))
  const isDown = !isUp(container) && isMeantToRun(container)
  return {
    instance: container.Id,
    name: nameOf(container),
    image: container.Image,
    restart: formatRestartPolicy(container.HostConfig.RestartPolicy),
    wasRunning: isUp(container) || isDown,
    ...(isDown && { isDown }),
    by: [...new Set(own.map((each) => each.by))],
  }
}

function unfitness(
  provider: ContainerInspect,
  reach: Reach,
  isCircular: boolean,
  { relationsOf, whyNotOurs, serviceOf }: Surroundings,
): LeftAlone | null {
  const { members, followers, twofold } = reach
  const named = namesOf(members.map((each) => ({ name: nameOf(each) })))
  if (isCircular) return dependent(`it and its dependants (${named}) use each other in a circle`)
  for (const each of [...members, ...followers]) {
    const why =
      whyNotOurs(each) ??
      whyMixed(each, members, serviceOf) ??
      whyNotAfter(each, reach, relationsOf) ??
      // What Compose itself removed, its `up` puts right.
      (serviceOf(each) === null ? whyGone(each, relationsOf) : null)
    if (why === null) continue
    const [tie] = relationsOf(each).filter(({ provider: of }) => of?.Id === provider.Id)
    return dependent(`its dependant ${nameOf(each)}${tie ? ` (${tie.by})` : ''} would break: ${why}`)
  }
  if (twofold !== null) {
    return dependent(
      `${nameOf(twofold)} would have to be made again twice: it uses what is made again with it, and what is only after that; do it by hand, and those that are watched follow`,
    )
  }
  if (provider.HostConfig.AutoRemove) return dependent(`it was started with --rm, and ${named} cannot do without it`)
  return isUp(provider) ? null : dependent(`it does not run, and ${named} cannot do without it`)
}

/** Why one `up` would do more than make a service again; null where it does not, or it is none of Compose's. */
function whyMixed(
  container: ContainerInspect,
  members: readonly ContainerInspect[],
  serviceOf: Surroundings['serviceOf'],
): string | null {
  const own = serviceOf(container)
  if (own === null) return null
  const same = members.filter((each) => serviceOf(each) === own)
  const isMixed = same.some((each) => isUp(each) !== isUp(container) || each.Image !== container.Image)
  return isMixed ? `the instances of the Compose service ${own} differ, and one \`up\` would make them equal` : null
}

/** Why the engine could not make it again; null where all is there that it uses. */
function whyGone(container: ContainerInspect, relationsOf: RelationsOf): string | null {
  const gone = relationsOf(container).find(({ provider }) => provider === null)
  if (gone === undefined) return null
  const what = isEngineId(gone.on) ? `the container ${gone.on.slice(0, 12)}` : gone.on
  return `${what}, whose ${tieWords[gone.by]} it uses, is gone; make it anew`
}

/** Why one that is to follow by itself could not be told from one that a person stopped; null where it can. */
function whyNotAfter(
  container: ContainerInspect,
  { followers, later }: Reach,
  relationsOf: RelationsOf,
): string | null {
  if (!followers.includes(container)) return null
  const isUsed = later.some((each) => isUsing(each, [container], relationsOf))
  return endsForGood(container, relationsOf(container), isUsed)
}

const crossed: LeftAlone = {
  code: 'DEPENDENT',
  sentence: 'Compose services of several projects that live in it use each other in a circle',
  isHeld: true,
}

function composedAmong(
  members: readonly ContainerInspect[],
  serviceOf: Surroundings['serviceOf'],
): readonly ComposedDependant[] {
  const byService = Map.groupBy(members, serviceOf)
  return [...byService].flatMap(([name, containers]): readonly ComposedDependant[] => {
    const [first] = containers
    if (name === null || first === undefined) return []
    const instances = containers.map(({ Id }) => Id)
    return [{ name, instances, image: first.Image, reference: first.Config.Image, wasRunning: isUp(first) }]
  })
}

const dependent = (sentence: string): LeftAlone => ({ code: 'DEPENDENT', sentence, isHeld: true })
