import { isAlias, isMap, isNode, isScalar, isSeq, parseAllDocuments, visit } from 'yaml'
import type { Alias, Node, YAMLMap } from 'yaml'
import type { SourceFile } from './env-scope.ts'
import type { Report } from './problem.ts'
import type { Scope } from './scope.ts'
import { lineAt } from './place.ts'
import { withLists } from './with-lists.ts'
import { type Branch, type KeyPath, type Leaf, mergeTrees, type Style, type Tree, withoutPath } from './tree.ts'

/** Far above any real file: what is deeper or larger was made to exhaust us, by nesting or by aliases of aliases. */
const depthMax = 60
const nodesMax = 100_000

/** One YAML document of a Compose file; a file may hold several, the later override the earlier. */
export interface ComposeDocument {
  readonly root: Branch
  /** What `!reset` and `!override` take out of everything that came before. */
  readonly cleared: readonly KeyPath[]
}

/** How the scalars of a file are to be understood. */
export interface Surroundings {
  readonly scope: Scope
  readonly directory: string
}

const styles: Readonly<Record<string, Style>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'block',
  BLOCK_FOLDED: 'block',
}

/** Reads the documents of a file, aliases and merge keys followed; what is wrong is reported, and left out. */
export function readYaml(file: SourceFile, surroundings: Surroundings, report: Report): readonly ComposeDocument[] {
  const documents = parseAllDocuments(file.text, { logLevel: 'silent', merge: false })
  const found: ComposeDocument[] = []
  for (const document of Array.isArray(documents) ? documents : []) {
    const error = document.errors[0]
    if (error !== undefined) {
      report({ path: file.path, line: lineAt(file.text, error.pos[0]), sentence: `this is not YAML (${error.code})` })
      continue
    }
    if (!isMap(document.contents)) {
      const line = lineAt(file.text, document.range[0])
      report({ path: file.path, line, sentence: 'a Compose file is a mapping, and this is none' })
      continue
    }
    const reader = createReader(file, surroundings, aliasTargets(document), report)
    found.push({ root: withLists(reader.map(document.contents, [], 0)), cleared: reader.cleared })
  }
  return found
}

/** An alias means the last anchor of its name before it. */
function aliasTargets(document: Parameters<typeof visit>[0]): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, (_key, node) => {
    if (!isNode(node)) return
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target !== undefined) targets.set(node, target)
    } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
  })
  return targets
}

function createReader(
  { path: file }: SourceFile,
  { scope, directory }: Surroundings,
  targets: ReadonlyMap<Alias, Node>,
  report: Report,
) {
  const cleared: KeyPath[] = []
  let nodesRead = 0

  const placeOf = (node: Node) => ({ path: file, start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 })
  const follow = (value: unknown): Node | undefined => {
    if (isAlias(value)) return targets.get(value)
    return isNode(value) ? value : undefined
  }

  /** Undefined for what `!reset` takes away, and past the limits. */
  const read = (value: unknown, path: KeyPath, depth: number): Tree | undefined => {
    const node = follow(value)
    nodesRead += 1
    if (depth > depthMax || nodesRead > nodesMax) {
      if (nodesRead !== Infinity)
        report({ path: file, line: 1, sentence: 'this file is nested too deeply, or too large' })
      nodesRead = Infinity
      return undefined
    }
    if (node?.tag === '!reset') {
      cleared.push(path)
      return undefined
    }
    if (node?.tag === '!override') cleared.push(path)
    if (isMap(node)) return map(node, path, depth)
    if (isSeq(node)) {
      const items = node.items.flatMap((item, index) => read(item, [...path, String(index)], depth + 1) ?? [])
      return { kind: 'list', place: placeOf(node), items }
    }
    return isScalar(node) ? leaf(node) : undefined
  }

  const leaf = (node: Node & { value: unknown; type?: string }): Leaf => {
    const style = styles[node.type ?? ''] ?? 'plain'
    return { kind: 'leaf', place: placeOf(node), style, value: node.value, scope, directory }
  }

  /** What stands in the mapping wins over what is merged into it, wherever it stands. */
  const map = (node: YAMLMap, path: KeyPath, depth: number): Branch => {
    const entries = new Map<string, Tree>()
    const merged: unknown[] = []
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue
      if (key.value === '<<' && key.type === 'PLAIN') {
        const source = follow(value)
        merged.push(...(isSeq(source) ? source.items : [source]))
        continue
      }
      const name = String(key.value)
      const child = read(value, [...path, name], depth + 1)
      if (child !== undefined) entries.set(name, child)
    }
    for (const source of merged) {
      const branch = read(source, path, depth + 1)
      if (branch?.kind !== 'branch') continue
      for (const [name, child] of branch.entries) if (!entries.has(name)) entries.set(name, child)
    }
    return { kind: 'branch', place: placeOf(node), entries }
  }

  return { cleared, map }
}

/** Lays one document over what came before it. */
export function layOver(below: Branch | undefined, { root, cleared }: ComposeDocument): Branch {
  if (below === undefined) return root
  const rest = cleared.reduce<Tree>(withoutPath, below)
  const merged = mergeTrees(rest, root)
  return merged.kind === 'branch' ? merged : root
}
