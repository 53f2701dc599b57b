import type { Place } from './place.ts'
import type { Scope } from './scope.ts'

export type Style = 'plain' | 'single' | 'double' | 'block'

/** Keys from the root of a Compose model; list entries go by their index. */
export type KeyPath = readonly string[]

/** A scalar as it stands in a file, not interpolated; reached through an alias it keeps the place of its anchor. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly place: Place
  readonly style: Style
  readonly value: unknown
  /** The variables that count where the scalar is written. */
  readonly scope: Scope
  /** What relative paths in this file are relative to. */
  readonly directory: string
}

export interface Branch {
  readonly kind: 'branch'
  readonly place: Place
  readonly entries: ReadonlyMap<string, Tree>
}

export interface List {
  readonly kind: 'list'
  readonly place: Place
  readonly items: readonly Tree[]
}

export type Tree = Leaf | Branch | List

/** The node under a path of keys. */
export function treeAt(tree: Tree | undefined, path: KeyPath): Tree | undefined {
  let node = tree
  for (const key of path) node = node?.kind === 'branch' ? node.entries.get(key) : undefined
  return node
}

/**
 * What `above` makes of `below`, as a later Compose file does with an earlier one: mappings are merged, a null changes
 * nothing. Lists are joined although Compose replaces some: whoever looks for uses of a text rather sees one too many.
 */
export function mergeTrees(below: Tree, above: Tree): Tree {
  if (below.kind === 'branch' && above.kind === 'branch') {
    const entries = new Map(below.entries)
    for (const [key, value] of above.entries) {
      const earlier = entries.get(key)
      entries.set(key, earlier === undefined ? value : mergeTrees(earlier, value))
    }
    return { kind: 'branch', place: above.place, entries }
  }
  if (above.kind === 'leaf') return above.value === null ? below : above
  const items = [below, above].flatMap((tree) => (tree.kind === 'list' ? tree.items : [tree]))
  return below.kind === 'leaf' && below.value === null ? above : { kind: 'list', place: above.place, items }
}

/** The tree without what stands at a path of at least one key. */
export function withoutPath(tree: Tree, path: KeyPath): Tree {
  const [key, ...rest] = path
  if (key === undefined || tree.kind !== 'branch') return tree
  const child = tree.entries.get(key)
  if (child === undefined) return tree
  const entries = new Map(tree.entries)
  if (rest.length === 0) entries.delete(key)
  else entries.set(key, withoutPath(child, rest))
  return { ...tree, entries }
}

/** Every leaf with the path that leads to it, in the order of the model. */
export function* leavesOf(tree: Tree, path: KeyPath = []): Generator<readonly [KeyPath, Leaf]> {
  if (tree.kind === 'leaf') yield [path, tree]
  else if (tree.kind === 'branch') for (const [key, child] of tree.entries) yield* leavesOf(child, [...path, key])
  else for (const [index, child] of tree.items.entries()) yield* leavesOf(child, [...path, String(index)])
}
