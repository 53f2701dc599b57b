import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { operationLabelPrefix } from '../../engine/carry-over-config.ts'
import { dependencies, nameOf } from '../../engine/dependants.ts'
import type { Labels } from '../../engine/own-labels.ts'
import type { DockerDeps } from '../docker-deps.ts'

/** Names of what an instance of ours uses, by engine id: the engine itself keeps ids alone. */
const usesLabel = `${operationLabelPrefix}.uses`

/** What we write on an instance that uses others. @param used names by engine id */
export const usesLabels = (used: ReadonlyMap<string, string>): Labels =>
  used.size === 0 ? {} : { [usesLabel]: JSON.stringify(Object.fromEntries(used)) }

/** Reads back what `usesLabels` wrote. */
export function readUses(labels: Labels): ReadonlyMap<string, string> {
  try {
    const parsed: unknown = JSON.parse(labels[usesLabel] ?? '{}')
    if (typeof parsed !== 'object' || parsed === null) return new Map()
    return new Map(Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  } catch {
    return new Map()
  }
}

/** Remembers the names of what containers use, for when it is gone, and forgets what nobody uses any more. */
export function rememberNames(known: Map<string, string>, all: readonly ContainerInspect[]): void {
  const byId = new Map(all.map((each) => [each.Id, nameOf(each)]))
  const used = new Set(all.flatMap((each) => dependencies(each).map(({ on }) => on)))
  for (const id of known.keys()) if (!used.has(id)) known.delete(id)
  for (const id of used) {
    const name = byId.get(id)
    if (name !== undefined) known.set(id, name)
  }
}

const beginning = new Date(0).toISOString()

/**
 * The names of containers that are gone and that others still refer to, by engine id: as we remember them, as our labels
 * say, as was kept before Compose replaced them for us, or as the engine's events tell of their removal.
 */
export async function namesOfGone(
  { engine, clock, providerNames, remaking }: Pick<DockerDeps, 'engine' | 'clock' | 'providerNames' | 'remaking'>,
  all: readonly ContainerInspect[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map([...all.flatMap((each) => [...readUses(each.Config.Labels ?? {})]), ...providerNames])
  const there = new Set(all.map(({ Id }) => Id))
  const wanted = all
    .flatMap((each) => dependencies(each))
    .filter(({ on }) => /^[0-9a-f]{64}$/.test(on) && !there.has(on) && !names.has(on))
  if (wanted.length === 0) return names
  for (const [id, name] of (await remaking?.namesOfReplaced()) ?? []) names.set(id, name)
  if (wanted.every(({ on }) => names.has(on))) return names
  const filters = { types: ['container'], actions: ['destroy'] }
  const events = await engine.pastEvents(filters, beginning, new Date(clock.now()).toISOString(), signal)
  for (const { id, attributes } of events) {
    const name = attributes['name']
    if (name !== undefined && wanted.some(({ on }) => on === id)) names.set(id, name)
  }
  return names
}
