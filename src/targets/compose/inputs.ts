import { realpath } from 'node:fs/promises'
import { commandVariables } from '../../clients/compose/environment.ts'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import type { Definition } from '../../rollout/rollout.ts'
import { contentHash } from './content-hash.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { confineOptional } from './definition/confine.ts'
import { fingerprint } from './definition/fingerprint.ts'
import { hashOf } from './definition/hash.ts'
import { hostFilesOf, type HostFile } from './definition/host-files.ts'
import { readProject } from './definition/read-project.ts'
import { rootsOf, type ReadDefinition, type ReadingDeps } from './read-definition.ts'

/** A file that Compose reads beside the project's own, and where it really lies. */
export interface Input extends HostFile {
  readonly real: string
}

/** What is asked about, and of which services containers are to be made. */
export interface InputsOf {
  readonly project: ComposeProject
  readonly definition: Pick<ReadDefinition, 'source' | 'project'>
  readonly services: readonly string[]
}

/**
 * The files beside the definition that Compose would read now. To be asked before every command of Compose: already
 * `config` opens them.
 *
 * @throws COMPOSE_PATH_REFUSED where one lies outside of the allowed folders, or its path cannot be told;
 *   COMPOSE_FILE_UNREADABLE where we may not look
 */
export async function inputsOf(
  deps: ReadingDeps,
  { project, definition, services }: InputsOf,
): Promise<readonly Input[]> {
  const { source } = definition
  const { files, problems } = hostFilesOf(definition.project.root, source, services)
  const [problem] = problems
  if (problem !== undefined) throw refused(problem.path, problem.line, problem.sentence)
  requireSteady(definition, services)
  const roots = rootsOf(deps, project)
  return Promise.all(
    files.map(async (each) => {
      const real = await confineOptional(each.path, roots).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error
        const sentence = `${each.key} of service ${quote(each.service)} names ${error.message}`
        throw new AppError(error.code, `${each.file}:${each.line}: ${sentence}`, { cause: error })
      })
      return { ...each, real }
    }),
  )
}

/**
 * Not every command of ours has the same environment: a path could be harmless in one and not in the next.
 * @throws COMPOSE_PATH_REFUSED
 */
function requireSteady({ source, project }: InputsOf['definition'], services: readonly string[]): void {
  const paths = (root: typeof project.root) =>
    JSON.stringify(hostFilesOf(root, source, services).files.map(({ path }) => path))
  const now = paths(project.root)
  for (const more of commandVariables) {
    const environment = { ...source.project.environment, ...more }
    const then = readProject({ ...source.project, environment }, source.contents)
    if (then.missing.size === 0 && then.problems.length === project.problems.length && paths(then.root) === now)
      continue
    const sentence = `a path hangs on one of the variables ${Object.keys(more).join(', ')}, which are not the same for every command`
    throw refused(source.project.files[0] ?? '', 1, sentence)
  }
}

const refused = (file: string, line: number, sentence: string): AppError =>
  new AppError('COMPOSE_PATH_REFUSED', `${file}:${line}: ${sentence}`)

/**
 * Hash of all that decides what Compose makes of these services, but for the files of the definition, which are compared
 * by themselves. With it and them unchanged, so is every answer that Compose gave.
 *
 * @param files those of the definition; what a service reads from them as well is left out
 * @throws COMPOSE_*
 */
export async function inputsHash(
  deps: Pick<ComposeDeps, 'compose'>,
  { project, definition, services }: InputsOf,
  inputs: readonly Input[],
  { files, edit }: Pick<Definition, 'files' | 'edit'>,
  signal: AbortSignal,
): Promise<string> {
  const own = new Set(await Promise.all(files.map(({ path }) => realpath(path).catch(() => path))))
  const watched = inputs.filter(({ service, real }) => services.includes(service) && !own.has(real))
  const prints = await Promise.all(watched.map(async ({ path, real }) => [path, real, await fingerprint(real)]))
  // What other machines define only Compose itself reads; it cannot be asked about a file that is yet to be edited.
  const hasRemote = definition.project.remotes.length > 0 && edit === null
  const content = hasRemote ? await contentHash(deps, project, services, signal) : null
  return hashOf(Buffer.from(JSON.stringify([project, deps.compose.environment, prints.toSorted(), content])))
}
