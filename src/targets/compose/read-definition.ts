import { dirname } from 'node:path'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { findImage, type DefinitionInput } from './definition/find-image.ts'
import type { FoundImage } from './definition/found-image.ts'
import { confinedReader } from './definition/read-file.ts'

type ReadingDeps = Pick<ComposeDeps, 'roots' | 'allowRemote'> & {
  readonly compose: Pick<ComposeDeps['compose'], 'environment'>
}

/**
 * Where a service's image is written, by what the files say now.
 * @throws COMPOSE_FILE_UNREADABLE, COMPOSE_PATH_REFUSED
 */
export async function readDefinition(deps: ReadingDeps, project: ComposeProject, service: string): Promise<FoundImage> {
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
  return findImage(input, service)
}

/** Folders that the project's files may lie in: those that are configured, or its own. */
export function rootsOf({ roots }: Pick<ComposeDeps, 'roots'>, project: ComposeProject): readonly string[] {
  if (roots.length > 0) return roots
  return [project.projectDirectory, ...[...project.files, ...project.envFiles].map((each) => dirname(each))]
}
