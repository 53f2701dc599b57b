import type { ContainerSummary } from '../../../clients/docker/containers.ts'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { readComposeLabels, trustedLabels, type ComposeLabels } from '../../engine/compose-labels.ts'
import { endsWithRun, nameOf, refersTo } from '../../engine/dependants.ts'
import { describeImage, isUndescribed } from '../../engine/described-image.ts'
import { isUnwell } from '../../engine/is-unwell.ts'
import { isWaiting } from '../../engine/is-waiting.ts'
import { isSelf } from '../../engine/self.ts'
import { madeAnew, readTraces } from '../../engine/traces.ts'
import type { MadeAnew } from '../../../rollout/dependant.ts'
import { workloadId, type DockerDeps } from '../docker-deps.ts'
import { isFormerName, withoutSuffix } from '../../../rollout/names.ts'
import { followingOf, type Following } from './follows.ts'
import { isUp } from './members.ts'
import { relationsAmong, type Relation } from './relations.ts'
import { setOf, type ContainerSet } from './set-of.ts'
import { namesOfGone, rememberNames } from './uses.ts'

/** How a container stands among those that it uses and those that use it. */
export interface Place {
  readonly set: ContainerSet
  readonly following: Following
  /** What it has to follow, where that took the place of another. */
  readonly madeAnew?: MadeAnew
  /** Ids of those among it and its dependants that are not well as they run now. */
  readonly unwell: readonly string[]
  /** Ids of the workloads whose containers it uses. */
  readonly uses: readonly string[]
}

/**
 * How the containers of an engine use each other.
 * @param shown the plain ones, which are workloads of this target
 * @param hidden ids of those that rollouts keep beside others
 */
export async function lookAtSets(
  deps: DockerDeps,
  summaries: readonly ContainerSummary[],
  shown: readonly ContainerInspect[],
  hidden: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<(container: ContainerInspect) => Place> {
  const isShown = new Set(shown.map(({ Id }) => Id))
  const others = await inspectAll(
    deps,
    summaries.filter(({ id }) => !isShown.has(id)),
    signal,
  )
  const all = [...shown, ...others]
  const visible = all.filter(({ Id }) => !hidden.has(Id))
  const owners = await ownersOf(deps, visible, signal)
  rememberNames(deps.providerNames, visible)
  const gone = await namesOfGone(deps, visible, signal)
  for (const [id, name] of gone) deps.providerNames.set(id, name)
  const relationsOf = relationsAmong(all)
  const serviceOf = (each: ContainerInspect): string | null => {
    const compose = owners.get(each.Id)?.compose
    return compose ? `${compose.project}/${compose.service}` : null
  }
  const workloadOf = (each: ContainerInspect): string => {
    const compose = owners.get(each.Id)?.compose
    return compose
      ? `${deps.target}/compose/${compose.project}/${compose.service}`
      : workloadId(deps.target, withoutSuffix(nameOf(each)))
  }
  // Most use none, and nothing of them leads on to others.
  const users = visible.filter((each) => relationsOf(each).length > 0)
  const downByUs = await downByUsAmong(deps, users, workloadOf)
  const isDownByUs = (each: ContainerInspect): boolean => downByUs.has(each.Id)
  const names = {
    workloadOf,
    isDownByUs,
    ofGone: (id: string) => gone.get(id) ?? null,
    holder: (name: string) => visible.find((each) => nameOf(each) === name) ?? null,
    // Where somebody took the name of an old version meanwhile, that was left as it is and no label tells of it.
    keptName: (each: ContainerInspect) =>
      hidden.has(each.Id) || (!each.State.Running && isFormerName(nameOf(each))) ? withoutSuffix(nameOf(each)) : null,
  }
  const traces = {
    find: (on: string) => visible.find((each) => refersTo(on, each)) ?? null,
    workloadOf,
    isTraced: users.some((each) => relationsOf(each).some(mayBeAnew))
      ? await readTraces(deps.engine, signal)
      : () => false,
  }
  return (container) => {
    const relations = relationsOf(container)
    const following = followingOf(container, relations, names)
    const set = setOf(container, {
      users,
      relationsOf,
      whyNotOurs: (each) => owners.get(each.Id)?.why ?? null,
      isMeantToRun: (each) => isDownByUs(each) || isWaiting(each),
      serviceOf,
    })
    const together = new Set([container.Id, ...set.dependants.map(({ instance }) => instance)])
    for (const { instances } of set.composed) for (const id of instances) together.add(id)
    const unwell = all.filter((each) => together.has(each.Id) && isUnwell(each, deps.clock.now()))
    return {
      set,
      unwell: [...new Set(unwell.map(workloadOf))],
      following,
      ...(following?.kind === 'follow' && following.successor && { madeAnew: madeAnew(following.successor, traces) }),
      uses: [
        ...new Set(relations.flatMap(({ provider }) => (provider === null ? [] : [workloadOf(provider)]))),
      ].toSorted(),
    }
  }
}

/** Ids of those that a restart of ours ended and could not start again. */
async function downByUsAmong(
  { wasEndedByUs }: Pick<DockerDeps, 'wasEndedByUs'>,
  users: readonly ContainerInspect[],
  workloadOf: (container: ContainerInspect) => string,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const each of users) {
    const { Id, State } = each
    if (!isUp(each) && (await wasEndedByUs(workloadOf(each), Id, State.StartedAt))) found.add(Id)
  }
  return found
}

/** Whether what a container lives in may have been replaced by another. */
const mayBeAnew = ({ by, provider }: Relation): boolean => provider === null && endsWithRun(by)

async function inspectAll(
  { inspections }: DockerDeps,
  summaries: readonly ContainerSummary[],
  signal: AbortSignal,
): Promise<readonly ContainerInspect[]> {
  const found = await Promise.all(
    summaries.map((each) =>
      inspections.container(each, signal).catch((error: unknown) => {
        // What the engine fails to describe is told where it is a workload.
        if (isUndescribed(error)) return null
        throw error
      }),
    ),
  )
  return found.filter((each) => each !== null)
}

interface Owner {
  readonly compose: ComposeLabels | null
  /** Why it is not ours to make again; null when it is. */
  readonly why: string | null
}

async function ownersOf(
  deps: DockerDeps,
  containers: readonly ContainerInspect[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Owner>> {
  const owners = new Map<string, Owner>()
  for (const container of containers) {
    const { image } = await describeImage(deps.inspections, container.Image, signal)
    const labels = trustedLabels(container.Config.Labels ?? {}, image && (image.Config?.Labels ?? {}))
    const compose = readComposeLabels(labels)
    owners.set(container.Id, { compose, why: whyNotOurs(deps, container, labels, compose, image !== null) })
  }
  return owners
}

function whyNotOurs(
  { self }: Pick<DockerDeps, 'self'>,
  { Id, HostConfig, State }: ContainerInspect,
  labels: Readonly<Record<string, string>>,
  compose: ComposeLabels | null,
  isImageKnown: boolean,
): string | null {
  if (isSelf(Id, self)) return 'it is longshore itself'
  if (State.Paused) return 'it is paused'
  // Compose makes it again.
  if (compose !== null) return null
  const project = labels['com.docker.compose.project']
  if (project !== undefined) return `it was made by docker compose run in the project ${project}`
  if (labels['com.docker.swarm.service.id'] !== undefined) return 'its Swarm service decides what it runs'
  if (HostConfig.AutoRemove) return 'it was started with --rm, so stopping it would remove it'
  return isImageKnown ? null : 'the engine does not tell its image, so its own settings are unknown'
}
