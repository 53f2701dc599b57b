import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { describeImage } from '../engine/described-image.ts'
import { readComposeLabels, trustedLabels, type ComposeLabels } from '../engine/compose-labels.ts'
import type { Labels } from '../engine/own-labels.ts'
import { nameParts, type ComposeDeps } from './compose-deps.ts'

/** A container of a service, as the engine describes it. */
export interface Member {
  readonly container: ContainerInspect
  /** Its own labels, without its image's. */
  readonly labels: Labels
  readonly compose: ComposeLabels
  /** Whether it is down though it ran, since a command of ours was cut off; absent where it is not. */
  readonly isDownByUs?: boolean
}

export interface Service {
  readonly project: string
  readonly service: string
  /** At least one; by number, oldest first. */
  readonly members: readonly [Member, ...Member[]]
}

/** What looking needs: the remembered descriptions, or the engine itself in their place. */
export interface Looking {
  readonly engine: Pick<ComposeDeps['engine'], 'listContainers'>
  readonly inspections: Pick<ComposeDeps['inspections'], 'container' | 'image'>
}

/**
 * The services that have containers, by project and name.
 * @param project only those of this project; null for all
 */
export async function findServices(
  deps: Looking,
  project: string | null,
  signal: AbortSignal,
): Promise<readonly Service[]> {
  const { engine, inspections } = deps
  const label = 'com.docker.compose.project'
  const summaries = await engine.listContainers(signal, project === null ? label : `${label}=${project}`)
  const members = await Promise.all(
    summaries.map(async (summary): Promise<readonly Member[]> => {
      const container = await inspections.container(summary, signal)
      if (container === null) return []
      const { image } = await describeImage(inspections, container.Image, signal)
      const labels = trustedLabels(container.Config.Labels ?? {}, image && (image.Config?.Labels ?? {}))
      const compose = readComposeLabels(labels)
      return compose === null ? [] : [{ container, labels, compose }]
    }),
  )
  const byName = Map.groupBy(members.flat(), ({ compose }) => `${compose.project}/${compose.service}`)
  return [...byName.values()].flatMap((found) => {
    const [first, ...others] = found.toSorted(inOrder)
    if (first === undefined) return []
    return [{ project: first.compose.project, service: first.compose.service, members: [first, ...others] }]
  })
}

/** One service, looked at afresh; null when no container of it is left. */
export async function findService(
  deps: Looking,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly service: Service | null; readonly all: readonly Service[] }> {
  const wanted = nameParts(name)
  const all = await findServices(deps, wanted.project, signal)
  return { service: all.find((each) => each.service === wanted.service) ?? null, all }
}

const inOrder = (one: Member, other: Member): number =>
  one.compose.number - other.compose.number || one.container.Created.localeCompare(other.container.Created)

/** Looks at the engine each time: while a rollout changes things, its events may come late. */
export const withoutMemory = ({ engine }: Pick<ComposeDeps, 'engine'>) => ({
  engine,
  inspections: {
    container: ({ id }: { readonly id: string }, signal: AbortSignal) => engine.inspectContainer(id, signal),
    image: (id: string, signal: AbortSignal) => engine.inspectImage(id, signal),
  },
})

/** Those of which a rollout makes containers, its own first. */
export const servicesOf = ({ name, definition }: Pick<Rollout, 'name' | 'definition'>): readonly string[] => [
  nameParts(name).service,
  ...(definition?.followers ?? []),
]
