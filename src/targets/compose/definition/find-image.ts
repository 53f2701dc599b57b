import { join } from 'node:path'
import { AppError } from '../../../errors.ts'
import { parseReference } from '../../../image/reference.ts'
import { quote } from '../../../image/quote.ts'
import type { SourceFile } from './env-scope.ts'
import type { DefinitionSource, FoundImage, ImpossibleImage } from './found-image.ts'
import { obstacleOf, tagParts } from './obstacle.ts'
import { type Project, readProject } from './read-project.ts'
import type { FileContent, FileContents, RemoteUse } from './reading.ts'
import { resolveTemplate } from './resolve-template.ts'
import { sharedUse } from './shared-use.ts'
import { lineAt } from './place.ts'
import { type Branch, treeAt } from './tree.ts'

/** What belongs to a project, and how to get at what its files name. */
export interface DefinitionInput {
  /** In the order of `-f`: the later override the earlier. */
  readonly files: readonly SourceFile[]
  /** In the order of `--env-file`: the later win. Left out: `.env` of the project directory, where there is one. */
  readonly envFiles?: readonly SourceFile[]
  /** Absolute. */
  readonly projectDirectory: string
  /** What `docker compose` is run with: its `COMPOSE_PROJECT_NAME`, its `HOME`. Wins over all env files. */
  readonly environment?: Readonly<Record<string, string>>
  /** Whether `include` and `extends` may name other machines; these are never read here. */
  readonly allowRemote?: boolean
  /**
   * Text of a file that another names, a byte order mark included; null when there is none.
   * An AppError makes the definition impossible to edit, with its message in the sentence.
   */
  readonly readFile: (path: string) => Promise<string | null>
}

/** More rounds than an `include` may be deep. */
const roundsMax = 40

/** Finds the scalar that decides the image of a service, through overrides, `extends`, `include`, anchors and variables. */
export async function findImage(input: DefinitionInput, service: string): Promise<FoundImage> {
  const { project, source } = await readProjectFiles(input, service)
  return locateImage(project, source, input.allowRemote ?? false)
}

/** Where a project names other machines, also in files that it includes; to be asked before Compose reads it. */
export async function usesRemote(input: DefinitionInput): Promise<readonly RemoteUse[]> {
  const { project } = await readProjectFiles(input, '')
  return project.remotes
}

/** Reads all files of a project, those that they include or extend too. */
export async function readProjectFiles(
  input: DefinitionInput,
  service: string,
): Promise<{ readonly project: Project; readonly source: DefinitionSource }> {
  const contents = new Map<string, FileContent>([['/dev/null', { text: '' }]])
  const usual = join(input.projectDirectory, '.env')
  for (const { path, text } of [...(input.envFiles ?? []), ...input.files]) contents.set(path, { text })
  const files = {
    files: input.files.map(({ path }) => path),
    envFiles: input.envFiles?.map(({ path }) => path) ?? [usual],
    projectDirectory: input.projectDirectory,
    environment: input.environment ?? {},
  }
  let project = readProject(files, contents)
  for (let round = 0; project.missing.size > 0 && round < roundsMax; round += 1) {
    for (const path of project.missing) contents.set(path, await contentOf(input, path))
    project = readProject(files, contents)
  }
  return { project, source: { project: files, contents, service } }
}

async function contentOf({ readFile }: DefinitionInput, path: string): Promise<FileContent> {
  try {
    const text = await readFile(path)
    return text === null ? null : { text }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { problem: `cannot be used (${error.message})`, isRefused: error.code === 'COMPOSE_PATH_REFUSED' }
  }
}

/** The same, on what has been read; pure. */
export function locateImage(project: Project, source: DefinitionSource, allowRemote: boolean): FoundImage {
  const { contents, service } = source
  const first = source.project.files[0] ?? source.project.projectDirectory
  const remote = project.remotes[0]
  if (remote !== undefined && !allowRemote) {
    const what = `this names ${quote(remote.reference)} on another machine, which is not allowed here`
    return refuse(remote.path, remote.line, `${what}; copy that file to this machine and name the copy`)
  }
  const problem = project.problems[0]
  if (problem !== undefined) return refuse(problem.path, problem.line, problem.sentence)

  const node = treeAt(project.root, ['services', service])
  if (project.root === undefined || node?.kind !== 'branch') {
    const where = remote === undefined ? 'no file of this project' : 'no file of this project on this machine'
    return refuse(first, 1, `${where} has a service ${quote(service)}`)
  }
  const leaf = node.entries.get('image')
  if (leaf === undefined) return refuse(node.place.path, lineOf(node, contents), withoutImage(node, service))
  const place = leaf.place
  const text = textOf(place.path, contents)
  const line = lineAt(text, place.start)
  if (leaf.kind !== 'leaf' || typeof leaf.value !== 'string') {
    return refuse(place.path, line, `the image of ${quote(service)} is no text; put it in quotes`)
  }
  const resolved = resolveTemplate(leaf.value, leaf.scope)
  if ('problem' in resolved) return refuse(place.path, line, `the image of ${quote(service)} ${resolved.problem}`)

  const { parts, value } = resolved
  const writers = tagParts(parts, value)
  const obstacle = obstacleOf(writers) ?? sharedUse(project.root, source, leaf, writers)
  const isValid = isReference(value)
  if (obstacle !== null || !isValid) {
    const sentence = obstacle ?? `reads ${quote(value)}, which is no image reference`
    return refuse(place.path, line, `the image of ${quote(service)} ${sentence}`, isValid ? value : null)
  }
  const kind = parts.some((part) => part.kind === 'variable') ? 'variable' : 'literal'
  const range = { start: place.start, end: place.end }
  return { kind, file: place.path, line, range, value, leaf, parts, source }
}

function refuse(path: string, line: number, sentence: string, value: string | null = null): ImpossibleImage {
  return { kind: 'impossible', file: path, line, sentence: `${path}:${line}: ${sentence}`, value }
}

function withoutImage({ entries }: Branch, service: string): string {
  return entries.has('build')
    ? `${quote(service)} has a "build:" and no "image:", so there is no tag to change; add an "image:" to have it followed`
    : `${quote(service)} has no "image:"; add one`
}

function isReference(text: string): boolean {
  try {
    parseReference(text)
    return true
  } catch {
    return false
  }
}

function textOf(path: string, contents: FileContents): string {
  const content = contents.get(path)
  return content !== undefined && content !== null && 'text' in content ? content.text : ''
}

function lineOf({ place }: Branch, contents: FileContents): number {
  return lineAt(textOf(place.path, contents), place.start)
}
