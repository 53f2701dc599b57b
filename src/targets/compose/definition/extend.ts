import { dirname } from 'node:path'
import { type ComposeDocument, layOver, readYaml } from './read-yaml.ts'
import type { Reading } from './reading.ts'
import { type Branch, type KeyPath, mergeTrees, treeAt, withoutPath } from './tree.ts'

/** Services of one document that may extend each other. */
interface Neighbours {
  readonly services: ReadonlyMap<string, unknown>
  readonly root: Branch
  readonly cleared: readonly KeyPath[]
}

/** Longer chains than this are taken for a circle. */
const chainMax = 30

/**
 * The document with every `extends` carried out: within the same document, or from another file.
 * Relative paths in that other file are relative to its own folder.
 */
export function withExtends(document: ComposeDocument, reading: Reading): ComposeDocument {
  const services = treeAt(document.root, ['services'])
  if (services?.kind !== 'branch') return document
  const neighbours = { services: services.entries, ...document }
  const entries = new Map(services.entries)
  for (const [name, service] of services.entries) {
    if (service.kind === 'branch') entries.set(name, extended(name, service, neighbours, reading, 0))
  }
  const root = { ...document.root, entries: new Map(document.root.entries).set('services', { ...services, entries }) }
  return { root, cleared: document.cleared }
}

function extended(name: string, service: Branch, from: Neighbours, reading: Reading, depth: number): Branch {
  const reference = service.entries.get('extends')
  if (reference === undefined) return service
  const entries = new Map(service.entries)
  entries.delete('extends')
  const own: Branch = { ...service, entries }
  const file = treeAt(reference, ['file'])
  const target = reading.textOf(reference.kind === 'leaf' ? reference : treeAt(reference, ['service']))
  if (target === undefined || depth > chainMax) return own

  const neighbours = file?.kind === 'leaf' && file.value !== null ? readNeighbours(file, reading) : from
  const base = neighbours === undefined ? undefined : treeAt(neighbours.root, ['services', target])
  if (neighbours === undefined || base?.kind !== 'branch') return own
  const whole = extended(target, base, neighbours, reading, depth + 1)
  const kept = from.cleared
    .filter(([section, key]) => section === 'services' && key === name)
    .reduce<ReturnType<typeof mergeTrees>>((tree, [, , ...path]) => withoutPath(tree, path), whole)
  const merged = mergeTrees(kept, own)
  return merged.kind === 'branch' ? merged : own
}

function readNeighbours(leaf: Parameters<Reading['fileNamedBy']>[0], reading: Reading): Neighbours | undefined {
  const file = reading.fileNamedBy(leaf)
  if (file === undefined) return undefined
  const surroundings = { scope: leaf.scope, directory: dirname(file.path) }
  const documents = readYaml(file, surroundings, reading.report)
  const root = documents.reduce<Branch | undefined>(layOver, undefined)
  const services = treeAt(root, ['services'])
  if (root === undefined || services?.kind !== 'branch') return undefined
  return { services: services.entries, root, cleared: documents.flatMap(({ cleared }) => cleared) }
}
