import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Follow, MadeAnew } from '../../rollout/dependant.ts'
import { withoutSuffix } from '../../rollout/names.ts'
import { dependencies, endsWithRun, isEngineId, nameOf, tieWords, type Dependency } from '../engine/dependants.ts'
import { hasOtherVolumes } from '../engine/inherited-volumes.ts'
import { workloadId, type ComposeDeps } from './compose-deps.ts'
import { isWanted } from './left-alone.ts'
import { madeAnewAmong } from './made-anew.ts'
import type { LeftAlone } from '../target.ts'
import { lastingName, replacedNames, type GoneName } from './replaced-names.ts'
import type { Service } from './services.ts'
import { waitOf } from './wait-of.ts'

/** How a service stands to containers that are not of its project and that it uses. */
export interface Outside {
  /** Ids of the workloads that these are: they go before it, and it waits while they are made anew. */
  readonly livesIn: readonly string[]
  /** Names of these containers, also of those that are gone. */
  readonly uses: readonly string[]
  /** Set while one of them was started again, or is another container by now. */
  readonly follows: Follow | null
  /** What it has to follow, where that took the place of another; absent otherwise. */
  readonly madeAnew?: MadeAnew
  /** Names of containers of its own project that it lived in, and that are gone. */
  readonly goneInside: readonly string[]
  /** Of what it uses and is gone, that nobody knows the name of any more, as a sentence; absent where there is none. */
  readonly nameless?: string
  /** Why it cannot be made again: what it lives in does not run, or is gone. Null where it can. */
  readonly waits: LeftAlone | null
  /** The same of its containers that do not run, and are not to as they are: once they were started they would wait. */
  readonly onceStarted: readonly LeftAlone[]
}

type LookingDeps = Pick<ComposeDeps, 'engine' | 'inspections' | 'target' | 'clock' | 'spareFolder'>

/** Tells it for each service. */
export async function outsideProviders(
  deps: LookingDeps,
  services: readonly Service[],
  signal: AbortSignal,
): Promise<(service: Service) => Outside> {
  const owners = new Map(
    services.flatMap((each) =>
      each.members.flatMap(({ container }) => [[container.Id, each] as const, [nameOf(container), each] as const]),
    ),
  )
  const outside = ({ project, members }: Service): readonly Use[] =>
    members.flatMap((member) =>
      dependencies(member.container)
        .filter(({ on }) => owners.get(on)?.project !== project)
        .map((each) => ({ ...each, container: member.container, isWanted: isWanted(member) })),
    )
  const using = services.flatMap(outside)
  // Most live in nobody's, and then nobody has to be asked for.
  if (using.length === 0) return () => nothing
  const all = await deps.engine.listContainers(signal)
  const gone = await namesOfGone(deps, using, all, signal)
  const looked = new Map<string, ContainerInspect | null>()
  const providerOf = async ({ on, name }: Pick<Named, 'on' | 'name'>): Promise<ContainerInspect | null> => {
    const found = all.find(({ id }) => id === on) ?? all.find((each) => each.name === name)
    if (found === undefined) return null
    const known = looked.get(found.id) ?? (await deps.inspections.container(found, signal))
    looked.set(found.id, known)
    return known
  }
  const workloadOf = ({ id, name }: Pick<ContainerSummary, 'id' | 'name'>): string => {
    const owner = owners.get(id)
    if (owner !== undefined) return workloadId(deps.target, owner.project, owner.service)
    return `${deps.target}/container/${withoutSuffix(name)}`
  }
  const waitsAmong = (used: readonly Used[]): readonly LeftAlone[] =>
    used.flatMap(({ on, by, ...found }) => waitOf({ on, by }, { ...found, workloadOf }, all) ?? [])
  const anew = madeAnewAmong(deps, services, signal)
  const places = new Map<Service, Outside>()
  for (const service of services) {
    const used = await Promise.all(
      outside(service).map(async (each) => {
        const left = gone.get(each.on)
        // What Compose itself removed of the same project is its own matter.
        const name = left !== undefined && left.project !== service.project ? left.name : each.on
        return { ...each, name, provider: await providerOf({ on: each.on, name }) }
      }),
    )
    const due = used
      .map((each) => ({ provider: endsWithRun(each.by) ? each.provider : null, follow: followOf(each, all) }))
      .find((each): each is Due => each.follow !== null)
    places.set(service, {
      livesIn: [
        ...new Set(
          used.flatMap(({ provider }) =>
            provider === null ? [] : [workloadOf({ id: provider.Id, name: nameOf(provider) })],
          ),
        ),
      ],
      uses: [...new Set(used.map(presentName))],
      goneInside: used.flatMap(({ on, by }) => {
        const left = endsWithRun(by) ? gone.get(on) : undefined
        return left?.project === service.project ? [left.name] : []
      }),
      ...namelessAmong(used),
      follows: due?.follow ?? null,
      ...(due?.follow.how === 'recreate' && due.provider !== null && { madeAnew: await anew(due.provider) }),
      waits: together(waitsAmong(used.filter((each) => each.isWanted))),
      onceStarted: waitsAmong(used.filter((each) => !each.isWanted)),
    })
  }
  return (service) => places.get(service) ?? nothing
}

const nothing: Outside = { livesIn: [], uses: [], goneInside: [], follows: null, waits: null, onceStarted: [] }

/** What a container of a service has of another. */
interface Use extends Dependency {
  readonly container: ContainerInspect
  /** Whether that is not left stopped. */
  readonly isWanted: boolean
}

interface Named extends Dependency {
  /** The name of the other where that is gone; else as the engine has it written. */
  readonly name: string
}

interface Used extends Use, Named {
  readonly provider: ContainerInspect | null
}

interface Due extends Pick<Used, 'provider'> {
  readonly follow: Follow
}

const presentName = ({ provider, name }: Used): string => (provider ? withoutSuffix(nameOf(provider)) : name)

/** The first reason of several, with all that is waited for. */
function together([first, ...others]: readonly LeftAlone[]): LeftAlone | null {
  if (first === undefined) return null
  return { ...first, waitsFor: [first, ...others].flatMap(({ waitsFor = [] }) => waitsFor) }
}

function followOf(
  { container, on, by, provider, isWanted: isOurs }: Used,
  all: readonly ContainerSummary[],
): Follow | null {
  if (provider === null || !isOurs) return null
  const name = withoutSuffix(nameOf(provider))
  const isSame = provider.Id === on || by === 'volumes' || by === 'link'
  if (!isSame || name !== nameOf(provider)) {
    const holder = all.find((each) => each.name === name)
    return holder?.state === 'running'
      ? { how: 'recreate', provider: name, sentence: `${name}, which it uses, is another container by now`, ...isUpNow }
      : null
  }
  if (by === 'volumes' && hasOtherVolumes(container, provider)) {
    const sentence = `${name}, whose volumes it uses, has others by now`
    return { how: 'recreate', provider: name, sentence, ...isUpNow }
  }
  const isBehind = Date.parse(container.State.StartedAt) < Date.parse(provider.State.StartedAt)
  if (!endsWithRun(by) || !provider.State.Running || !isBehind) return null
  return { how: 'restart', provider: name, sentence: `${name}, which it uses, was started again`, ...isUpNow }
}

/** By a name it would be followed, but its id is all that a container keeps of what it lives in. */
function namelessAmong(used: readonly Used[]): Pick<Outside, 'nameless'> {
  const found = used.find(
    (each) => each.isWanted && each.provider === null && isEngineId(each.name) && endsWithRun(each.by),
  )
  if (found === undefined) return {}
  const which = `the container ${found.name.slice(0, 12)}, whose ${tieWords[found.by]} it uses, is gone`
  return { nameless: `${which}, and nothing tells its name any more` }
}

const isUpNow = { isLeftStopped: false } as const

const beginning = new Date(0).toISOString()

/** What is gone was noted when Compose replaced it for us; of anything else the engine's events tell. */
async function namesOfGone(
  { engine, clock, spareFolder }: Pick<LookingDeps, 'engine' | 'clock' | 'spareFolder'>,
  using: readonly Dependency[],
  all: readonly ContainerSummary[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, GoneName>> {
  const there = new Set(all.map(({ id }) => id))
  const wanted = new Set(using.map(({ on }) => on).filter((on) => isEngineId(on) && !there.has(on)))
  if (wanted.size === 0) return new Map()
  const names = new Map([...(await replacedNames({ spareFolder }))].filter(([id]) => wanted.has(id)))
  if (names.size === wanted.size) return names
  const filters = { types: ['container'], actions: ['destroy'] }
  const events = await engine.pastEvents(filters, beginning, new Date(clock.now()).toISOString(), signal)
  for (const { id, attributes } of events) {
    const name = attributes['name']
    const project = attributes['com.docker.compose.project'] ?? null
    if (wanted.has(id) && name !== undefined) names.set(id, { name: lastingName(withoutSuffix(name)), project })
  }
  return names
}

/**
 * Whether an instance lives in a run of a container that is over, in one that is gone, or has volumes of one outside of
 * its project that this one had before.
 * @param own engine ids of the containers of its project
 */
export async function livesInPast(
  { engine }: Pick<ComposeDeps, 'engine'>,
  container: ContainerInspect,
  own: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<boolean> {
  for (const { on, by } of dependencies(container)) {
    const provider = await engine.inspectContainer(on, signal)
    if (provider === null) return true
    const isKept = withoutSuffix(nameOf(provider)) !== nameOf(provider)
    if (!own.has(on) && (isKept || (by === 'volumes' && hasOtherVolumes(container, provider)))) return true
    const isBehind = Date.parse(container.State.StartedAt) < Date.parse(provider.State.StartedAt)
    if (endsWithRun(by) && provider.State.Running && isBehind) return true
  }
  return false
}
