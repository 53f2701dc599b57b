import { targetOf } from '../../targets/target.ts'

/** A workload as its place in the order depends on it. */
export interface Placed {
  /** `<target>/<kind>/<name>` */
  readonly id: string
  readonly name: string
  /** Null for none, also of one that nobody asked us to watch. */
  readonly group: string | null
  /** Ids of those that go before it, as its target knows. */
  readonly after: readonly string[]
  /** Names or ids of those that go before it, as its owner wrote them. */
  readonly afterNames: readonly string[]
  /** The stack that it was deployed with, whose name begins its own; absent for none. */
  readonly stack?: string
}

/** Where one workload comes: after which others, or why nobody can tell. */
export type Place =
  /** All that go before it, also those before those. */
  | { readonly kind: 'placed'; readonly after: readonly string[] }
  | { readonly kind: 'problem'; readonly code: 'AFTER_UNKNOWN' | 'AFTER_CYCLE'; readonly sentence: string }

/** Where each of the workloads comes, by its id. Total and pure. */
export function placesOf(all: readonly Placed[]): ReadonlyMap<string, Place> {
  const resolved = all.map((each) => ({ each, ...resolve(each, all) }))
  const before: Edges = new Map(resolved.map(({ each, ids }) => [each.id, [...each.after, ...ids]]))
  return new Map(
    resolved.map(({ each, ids, problem }) => {
      if (problem !== null) return [each.id, { kind: 'problem', code: 'AFTER_UNKNOWN', sentence: problem }]
      return [each.id, circleOf(each.id, resolved, before) ?? placed(each.id, ids, before)]
    }),
  )
}

type Edges = ReadonlyMap<string, readonly string[]>

/** The names that none of the workloads has; those may be elsewhere. */
export function namesUnknown(all: readonly Placed[], of: readonly Placed[]): readonly string[] {
  return of.flatMap((each) => each.afterNames.filter((name) => matches(each, name, all).length === 0))
}

function placed(id: string, own: readonly string[], before: Edges): Place {
  const found = reach(id, before)
  // Whatever a target says of itself in a circle, one has to be the first.
  const after = [...found].filter((other) => own.includes(other) || !reach(other, before).has(id))
  return { kind: 'placed', after }
}

/** Everything that goes before a workload; the workload itself only where that is a circle. */
function reach(id: string, before: Edges): ReadonlySet<string> {
  const found = new Set<string>()
  const open = [...(before.get(id) ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue
    found.add(next)
    open.push(...(before.get(next) ?? []))
  }
  return found
}

type Resolved = { readonly each: Placed; readonly ids: readonly string[] }

/** A circle that an owner's own word is part of; the others are their targets' affair. */
function circleOf(id: string, resolved: readonly Resolved[], before: Edges): Place | null {
  const ahead = reach(id, before)
  if (!ahead.has(id)) return null
  const circle = new Set([...ahead].filter((each) => reach(each, before).has(id)))
  const isOwners = resolved.some(({ each, ids }) => circle.has(each.id) && ids.some((other) => circle.has(other)))
  if (!isOwners) return null
  const others = [...circle].filter((each) => each !== id).toSorted()
  const whom = others.length === 0 ? 'itself' : `${others.join(', ')}, which waits for it`
  return { kind: 'problem', code: 'AFTER_CYCLE', sentence: `it is to go after ${whom}: none of them can be the first` }
}

function resolve(each: Placed, all: readonly Placed[]): { ids: readonly string[]; problem: string | null } {
  const ids: string[] = []
  for (const name of each.afterNames) {
    const [only, another] = matches(each, name, all)
    if (only === undefined) return { ids, problem: `it is to go after ${name}, and there is no such workload` }
    if (another !== undefined) {
      return { ids, problem: `it is to go after ${name}, which may be ${only} or ${another}; write the whole id` }
    }
    ids.push(only)
  }
  return { ids, problem: null }
}

/** Ids that a name may mean, from the nearest sense of it that any has. */
function matches(from: Placed, name: string, all: readonly Placed[]): readonly string[] {
  const here = all.filter(({ id }) => targetOf(id) === targetOf(from.id))
  const project = from.id.slice(0, from.id.lastIndexOf('/') + 1)
  const named = here.filter((each) => each.name === name || each.id.endsWith(`/${name}`))
  const grouped = from.group === null ? [] : named.filter(({ group }) => group === from.group)
  const senses = [
    all.filter(({ id }) => id === name),
    // A service of its own stack, as its file calls it.
    from.stack === undefined ? [] : here.filter(({ id }) => id === `${project}${from.stack}_${name}`),
    // A service of its own project, or a container beside it.
    here.filter(({ id }) => id === project + name),
    grouped,
    here.filter((each) => each.name === name),
    named,
  ]
  return senses.find((found) => found.length > 0)?.map(({ id }) => id) ?? []
}
