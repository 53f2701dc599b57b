import { resolve } from 'node:path'
import type { SourceFile } from './env-scope.ts'
import type { Problem, Report } from './problem.ts'
import { isRemote } from './remote.ts'
import { resolveTemplate } from './resolve-template.ts'
import { lineAt } from './place.ts'
import type { Leaf, Tree } from './tree.ts'

/** More than any project consists of; what includes more was made to exhaust us. */
const filesMax = 200

/** Text of a file; null when there is none; what is wrong with it otherwise. */
export type FileContent = { readonly text: string } | { readonly problem: string; readonly isRefused: boolean } | null
export type FileContents = ReadonlyMap<string, FileContent>

/** A place where a Compose file names something on another machine. */
export interface RemoteUse {
  readonly path: string
  readonly line: number
  readonly reference: string
}

/** What one reading of a project collects besides the model. */
export interface Reading {
  readonly report: Report
  readonly problems: readonly Problem[]
  readonly remotes: readonly RemoteUse[]
  /** Files that are needed and not among the contents yet. */
  readonly missing: ReadonlySet<string>
  /** The text of a leaf with its variables put in. */
  readonly textOf: (tree: Tree | undefined) => string | undefined
  /** The file that a leaf names, relative to its directory; undefined when it is remote or cannot be read. */
  readonly fileNamedBy: (leaf: Leaf) => SourceFile | undefined
  readonly file: (path: string, asker: Leaf | null) => SourceFile | undefined
  readonly lineOf: (leaf: Leaf) => number
}

/** A fresh reading over what is known of the files; nothing is read from a disk. */
export function createReading(contents: FileContents): Reading {
  const problems: Problem[] = []
  const remotes: RemoteUse[] = []
  const missing = new Set<string>()
  const used = new Set<string>()
  const report: Report = (problem) => void problems.push(problem)

  const lineOf = ({ place }: Leaf): number => {
    const content = contents.get(place.path)
    return content !== undefined && content !== null && 'text' in content ? lineAt(content.text, place.start) : 1
  }

  const complain = (leaf: Leaf, sentence: string, isRefused = false): undefined => {
    report({ path: leaf.place.path, line: lineOf(leaf), sentence, isRefused })
    return undefined
  }

  const textOf = (tree: Tree | undefined): string | undefined => {
    if (tree?.kind !== 'leaf' || typeof tree.value !== 'string') return undefined
    const resolved = resolveTemplate(tree.value, tree.scope)
    return 'problem' in resolved ? complain(tree, `this line ${resolved.problem}`) : resolved.value
  }

  const file = (path: string, asker: Leaf | null): SourceFile | undefined => {
    const content = contents.get(path)
    used.add(path)
    if (content === undefined) missing.add(path)
    if (used.size > filesMax) report({ path, line: 1, sentence: `more than ${filesMax} files belong to this project` })
    if (content === undefined || used.size > filesMax) return undefined
    if (content !== null && 'text' in content) return { path, text: content.text }
    const isRefused = content?.isRefused ?? false
    if (asker !== null) {
      return complain(asker, `this line names a file that ${content?.problem ?? 'is not there'}: ${path}`, isRefused)
    }
    // One that is only usual need not be there, but Compose would read what we may not.
    if (content !== null) report({ path, line: 1, sentence: `this file ${content.problem}`, isRefused })
    return undefined
  }

  const fileNamedBy = (leaf: Leaf): SourceFile | undefined => {
    const reference = textOf(leaf)
    if (reference === undefined || reference === '') return undefined
    if (!isRemote(reference)) return file(resolve(leaf.directory, reference), leaf)
    remotes.push({ path: leaf.place.path, line: lineOf(leaf), reference })
    return undefined
  }

  return { report, problems, remotes, missing, textOf, fileNamedBy, file, lineOf }
}
