import { dirname } from 'node:path'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { locateImage, readProjectFiles, type DefinitionInput } from './definition/find-image.ts'
import type { DefinitionSource, FoundImage } from './definition/found-image.ts'
import { confinedReader } from './definition/read-file.ts'
import type { Project } from './definition/read-project.ts'

export type ReadingDeps = Pick<ComposeDeps, 'roots' | 'allowRemote'> & {
  readonly compose: Pick<ComposeDeps['compose'], 'environment'>
}

/** A project as its files say now. */
export interface ReadDefinition {
  readonly found: FoundImage
  readonly project: Project
  readonly source: DefinitionSource
}

/**
 * What the files say now, and where a service's image is written in them. Reads nothing outside of the allowed folders.
 * @throws COMPOSE_FILE_UNREADABLE, COMPOSE_PATH_REFUSED
 */
export async function readDefinition(
  deps: ReadingDeps,
  project: ComposeProject,
  service: string,
): Promise<ReadDefinition> {
  const readFile = confinedReader(rootsOf(deps, project))
  const read = async (path: string) => {
    const text = await readFile(path)
    if (text !== null) return { path, text }
    const sentence = `${path}, which the service was brought up from, is not here; where longshore runs in a container, mount it at the same path`
    throw new AppError('COMPOSE_FILE_UNREADABLE', sentence)
  }
  const envFiles = project.envFiles.length > 0 ? { envFiles: await Promise.all(project.envFiles.map(read)) } : {}
  const input: DefinitionInput = {
    files: await Promise.all(project.files.map(read)),
    ...envFiles,
    projectDirectory: project.projectDirectory,
    environment: { ...deps.compose.environment, COMPOSE_PROJECT_NAME: project.project },
    allowRemote: deps.allowRemote,
    readFile,
  }
  const { project: whole, source } = await readProjectFiles(input, service)
  const refused = whole.problems.find(({ isRefused }) => isRefused === true)
  if (refused !== undefined) {
    throw new AppError('COMPOSE_PATH_REFUSED', `${refused.path}:${refused.line}: ${refused.sentence}`)
  }
  return { found: locateImage(whole, source, deps.allowRemote), project: whole, source }
}

/** Folders that the project's files may lie in: those that are configured, or its own. */
export function rootsOf({ roots }: Pick<ComposeDeps, 'roots'>, project: ComposeProject): readonly string[] {
  if (roots.length > 0) return roots
  return [project.projectDirectory, ...[...project.files, ...project.envFiles].map((each) => dirname(each))]
}
