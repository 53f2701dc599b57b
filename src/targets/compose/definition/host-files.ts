import { join, resolve } from 'node:path'
import { quote } from '../../../image/quote.ts'
import type { Problem } from './problem.ts'
import type { FileContents } from './reading.ts'
import type { ProjectFiles } from './read-project.ts'
import { resolveTemplate } from './resolve-template.ts'
import { lineAt } from './place.ts'
import { type Branch, type Leaf, type Tree, treeAt } from './tree.ts'

/** A file of this machine that a service names and that is no part of the project's definition. */
export interface HostFile {
  readonly service: string
  /** Key that names it, for people: `env_file`. */
  readonly key: string
  /** Absolute, links not followed. */
  readonly path: string
  /** Where it is named. */
  readonly file: string
  readonly line: number
}

export interface HostFiles {
  readonly files: readonly HostFile[]
  /** Names that cannot be read. */
  readonly problems: readonly Problem[]
}

type Source = { readonly project: ProjectFiles; readonly contents: FileContents }

/**
 * Files that Compose opens, or has the engine mount, when it reads a project or makes a service anew. `env_file` and
 * `label_file` of every service are opened by each command, whichever service it is about (2.26.1, traced); secrets,
 * configs and seccomp profiles only where a container is made, so those of the named services alone are listed.
 *
 * Not among them is what `up --no-build` never opens: build contexts, Dockerfiles, `develop`. Nor volumes and devices,
 * which are a container's own business, nor `credential_spec`, which the engine looks up in a folder of its own.
 */
export function hostFilesOf(root: Branch | undefined, source: Source, services: readonly string[]): HostFiles {
  const files: HostFile[] = []
  const problems: Problem[] = []
  const add = (service: string, key: string, leaf: Leaf, directory: string, text?: string): void => {
    const found = pathOf(leaf, directory, source, text)
    if (found === '') return
    const file = leaf.place.path
    const line = lineAt(textOf(file, source.contents), leaf.place.start)
    const subject = `${key} of service ${quote(service)}`
    if (typeof found === 'string') files.push({ service, key, path: found, file, line })
    else problems.push({ path: file, line, sentence: `${subject} ${found.problem}` })
  }
  for (const [service, tree] of entriesOf(treeAt(root, ['services']))) {
    for (const key of ['env_file', 'label_file']) {
      for (const leaf of namesIn(treeAt(tree, [key]), 'path')) add(service, key, leaf, leaf.directory)
    }
    if (!services.includes(service)) continue
    for (const section of ['secrets', 'configs']) {
      for (const name of namesIn(treeAt(tree, [section]), 'source')) {
        const file = treeAt(root, [section, valueOf(name) ?? '', 'file'])
        if (file?.kind === 'leaf') add(service, `${section} ${quote(valueOf(name) ?? '')}`, file, file.directory)
      }
    }
    for (const option of namesIn(treeAt(tree, ['security_opt']), '')) {
      const [, profile] = /^seccomp[=:](.*)$/s.exec(valueOf(option) ?? '') ?? []
      if (profile === undefined || profile === 'unconfined') continue
      add(service, 'security_opt', option, source.project.projectDirectory, profile)
    }
  }
  return { files, problems }
}

/** Absolute; empty where nothing is named. */
function pathOf(
  leaf: Leaf,
  directory: string,
  { project }: Source,
  given: string | undefined,
): string | { readonly problem: string } {
  if (typeof leaf.value !== 'string') return ''
  const resolved = resolveTemplate(leaf.value, leaf.scope)
  if ('problem' in resolved) return resolved
  const text = given ?? resolved.value
  if (text === '') return ''
  // As Compose reads it: the rest is joined to the home, so that `~other/x` is no other user's.
  const home = project.environment['HOME']
  return text.startsWith('~') && home !== undefined ? join(home, text.slice(1)) : resolve(directory, text)
}

/** The scalars of a list, or those under a key of its mappings. */
export function namesIn(tree: Tree | undefined, key: string): readonly Leaf[] {
  const items = tree === undefined ? [] : tree.kind === 'list' ? tree.items : [tree]
  return items.flatMap((item) => {
    const leaf = item.kind === 'branch' ? treeAt(item, [key]) : item
    return leaf?.kind === 'leaf' ? [leaf] : []
  })
}

/** As Compose interpolates it; undefined for what is no text, or cannot be told. */
export function valueOf({ value, scope }: Leaf): string | undefined {
  if (typeof value !== 'string') return undefined
  const resolved = resolveTemplate(value, scope)
  return 'problem' in resolved ? undefined : resolved.value
}

const entriesOf = (tree: Tree | undefined): readonly (readonly [string, Tree])[] =>
  tree?.kind === 'branch' ? [...tree.entries] : []

function textOf(path: string, contents: FileContents): string {
  const content = contents.get(path)
  return content !== undefined && content !== null && 'text' in content ? content.text : ''
}
