import { dirname, join, resolve } from 'node:path'
import { envFileScope, type SourceFile } from './env-scope.ts'
import { withExtends } from './extend.ts'
import type { Problem } from './problem.ts'
import { layOver, readYaml, type Surroundings } from './read-yaml.ts'
import { createReading, type FileContents, type Reading, type RemoteUse } from './reading.ts'
import { environmentScope } from './scope.ts'
import { type Branch, type Leaf, mergeTrees, type Tree, treeAt } from './tree.ts'

/** Which files make up a project, all absolute. */
export interface ProjectFiles {
  /** In the order of `-f`: the later override the earlier. */
  readonly files: readonly string[]
  /** In the order of `--env-file`: the later win. */
  readonly envFiles: readonly string[]
  readonly projectDirectory: string
  /** What `docker compose` finds in its environment, `COMPOSE_PROJECT_NAME` among it; wins over all env files. */
  readonly environment: Readonly<Record<string, string>>
}

/** A project as Compose would put it together; not interpolated, so that every leaf still says where it stands. */
export interface Project {
  readonly root: Branch | undefined
  readonly problems: readonly Problem[]
  readonly remotes: readonly RemoteUse[]
  /** Files to be read before this is the whole project. */
  readonly missing: ReadonlySet<string>
}

/** Deeper includes than this are taken for a circle. */
const includeDepthMax = 10

/**
 * Puts a project together from the texts of its files: documents, `extends`, `include` and overrides in the order of
 * Compose 2.26. Compose itself checks more; what it refuses is of no interest here.
 */
export function readProject(project: ProjectFiles, contents: FileContents): Project {
  const reading = createReading(contents)
  const envFiles = project.envFiles.flatMap((path) => reading.file(path, null) ?? [])
  const scope = envFileScope(envFiles, environmentScope(project.environment), reading.report)
  const files = project.files.flatMap((path) => {
    const file = reading.file(path, null)
    const content = contents.get(path)
    if (file === undefined && content === null) reading.report({ path, line: 1, sentence: 'this file is not there' })
    return file ?? []
  })
  const root = readFiles(files, { scope, directory: project.projectDirectory }, reading, 0)
  const { problems, remotes, missing } = reading
  return { root, problems, remotes, missing }
}

function readFiles(files: readonly SourceFile[], surroundings: Surroundings, reading: Reading, depth: number) {
  let model: Branch | undefined
  for (const file of files) {
    for (const raw of readYaml(file, surroundings, reading.report)) {
      const document = withExtends(raw, reading)
      const included = listOf(document.root.entries.get('include'))
        .flatMap((entry) => readInclude(entry, surroundings, reading, depth + 1) ?? [])
        .reduce<Tree | undefined>((below, tree) => (below === undefined ? tree : mergeTrees(below, tree)), undefined)
      const root = included === undefined ? document.root : mergeTrees(included, document.root)
      if (root.kind === 'branch') model = layOver(model, { root, cleared: document.cleared })
    }
  }
  if (model === undefined) return undefined
  const entries = new Map(model.entries)
  entries.delete('include')
  return { ...model, entries }
}

/** An included project has its own folder and its own env files, over which the variables outside win. */
function readInclude(entry: Tree, { scope, directory }: Surroundings, reading: Reading, depth: number) {
  if (depth > includeDepthMax) return undefined
  const paths = entry.kind === 'leaf' ? [entry] : leavesIn(treeAt(entry, ['path']))
  const files = paths.flatMap((leaf) => reading.fileNamedBy(leaf) ?? [])
  const first = files[0]
  if (first === undefined) return undefined
  const own = reading.textOf(treeAt(entry, ['project_directory'])) ?? ''
  const folder = own === '' ? dirname(first.path) : resolve(directory, own)
  const named = leavesIn(treeAt(entry, ['env_file']))
  const usual = named.length > 0 ? undefined : reading.file(join(folder, '.env'), null)
  const envFiles = usual === undefined ? named.flatMap((leaf) => reading.fileNamedBy(leaf) ?? []) : [usual]
  const inner = { scope: envFileScope(envFiles, scope, reading.report), directory: folder }
  return readFiles(files, inner, reading, depth)
}

function listOf(tree: Tree | undefined): readonly Tree[] {
  if (tree === undefined) return []
  return tree.kind === 'list' ? tree.items : [tree]
}

function leavesIn(tree: Tree | undefined): readonly Leaf[] {
  return listOf(tree).flatMap((item) => (item.kind === 'leaf' ? [item] : []))
}
