import { type Branch, type Tree, treeAt } from './tree.ts'

/** Keys of a service that may be written as one scalar and are joined, not replaced, by a later file (2.26.1). */
const listed = ['env_file', 'label_file'] as const

/** The document with these keys as lists, so that laying another over it loses none of what Compose reads. */
export function withLists(root: Branch): Branch {
  const services = treeAt(root, ['services'])
  if (services?.kind !== 'branch') return root
  const entries = new Map(
    [...services.entries].map(([name, service]) => [name, service.kind === 'branch' ? asLists(service) : service]),
  )
  return { ...root, entries: new Map(root.entries).set('services', { ...services, entries }) }
}

function asLists(service: Branch): Branch {
  const entries = new Map<string, Tree>(service.entries)
  for (const key of listed) {
    const tree = entries.get(key)
    if (tree === undefined || tree.kind === 'list' || (tree.kind === 'leaf' && tree.value === null)) continue
    entries.set(key, { kind: 'list', place: tree.place, items: [tree] })
  }
  return { ...service, entries }
}
