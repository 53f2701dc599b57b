import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Node } from 'yaml'
import { formatPath, type Path, type Problem } from './problem.ts'
import { syntaxProblem } from './syntax-problem.ts'

/** Far above any real file: what is deeper or larger was made to exhaust us, by nesting or by aliases of aliases. */
const depthMax = 30
const nodesMax = 100_000

/** What became of one piece of text. */
export type Replacement = { readonly text: string } | { readonly problem: string }
type Replace = (text: string) => Promise<Replacement>

/** What a text says, and all that is wrong with it. */
export interface DocumentReading {
  /** Plain values, without the keys that have no value. Undefined when it could not be read. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Line of every key and list entry, by formatted path. */
  readonly lines: ReadonlyMap<string, number>
}

/**
 * Reads YAML or JSON, keeping in mind on which line everything stands.
 *
 * @param replace applied to every text value, never to keys
 */
export async function readDocument(text: string, replace: Replace): Promise<DocumentReading> {
  const counter = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: counter,
    // Pretty messages quote the source, which may hold a password.
    prettyErrors: false,
    stringKeys: true,
    // Checked below, where the key path is known.
    uniqueKeys: false,
    merge: false,
    // 'silent' would also keep quiet about a second document.
    logLevel: 'error',
  })
  const problems = [...document.errors, ...document.warnings].map((error) => syntaxProblem(error, counter))
  if (document.errors.length > 0) return { value: undefined, problems, lines: new Map() }
  const reader = createReader(counter, replace)
  const value = await reader.read(document.contents, [], 1)
  return { value, problems: [...problems, ...reader.problems], lines: reader.lines }
}

function createReader(counter: LineCounter, replace: Replace) {
  const problems: Problem[] = []
  const lines = new Map<string, number>()
  // Not by the parser's own resolve(), which walks the whole document for each alias.
  const anchors = new Map<string, Node>()
  let nodes = 0
  let isExhausted = false

  const lineOf = (node: Node): number => counter.linePos(node.range?.[0] ?? 0).line
  const report = (node: Node, path: Path, sentence: string): undefined => {
    problems.push({ line: lineOf(node), where: formatPath(path), sentence })
  }

  const read = async (node: unknown, path: Path, depth: number): Promise<unknown> => {
    if (isExhausted || !isNode(node)) return null
    nodes += 1
    if (depth > depthMax || nodes > nodesMax) {
      isExhausted = true
      return report(node, path.slice(0, 3), 'is nested too deeply, or grows too large by its aliases')
    }
    if (isAlias(node)) {
      const anchored = anchors.get(node.source)
      if (anchored === undefined) return report(node, path, 'names an anchor that is not set above it')
      return read(anchored, path, depth + 1)
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    if (isMap(node)) return readMap(node.items, path, depth)
    if (isSeq(node)) return readList(node.items, path, depth)
    if (!isScalar(node) || typeof node.value !== 'string') return isScalar(node) ? node.value : null
    const replaced = await replace(node.value)
    if ('text' in replaced) return replaced.text
    report(node, path, replaced.problem)
    return node.value
  }

  const readMap = async (pairs: readonly { key: unknown; value: unknown }[], path: Path, depth: number) => {
    const entries: [string, unknown][] = []
    const seen = new Set<string>()
    for (const { key, value } of pairs) {
      if (!isScalar(key)) continue
      const name = String(key.value)
      const childPath = [...path, name]
      if (seen.has(name)) report(key, childPath, 'stands here for the second time')
      else lines.set(formatPath(childPath), lineOf(key))
      seen.add(name)
      const child = await read(value, childPath, depth + 1)
      if (child !== null && child !== undefined) entries.push([name, child])
    }
    return Object.fromEntries(entries)
  }

  const readList = async (items: readonly unknown[], path: Path, depth: number) => {
    const list: unknown[] = []
    for (const [index, item] of items.entries()) {
      const childPath = [...path, index]
      if (isNode(item)) lines.set(formatPath(childPath), lineOf(item))
      list.push(await read(item, childPath, depth + 1))
    }
    return list
  }

  return {
    problems,
    lines,
    read: async (...start: Parameters<typeof read>) => {
      const value = await read(...start)
      return isExhausted ? undefined : value
    },
  }
}
