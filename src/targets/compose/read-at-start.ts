import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import { atStart, type AtStart } from './definition/at-start.ts'
import { readDefinition, type ReadDefinition, type ReadingDeps } from './read-definition.ts'

/**
 * What Compose does to containers of these services as it starts them; undefined where their files cannot be read. That
 * is told where a rollout is planned, and keeps none from going on or back.
 */
export async function readAtStart(
  deps: ReadingDeps,
  project: ComposeProject,
  services: readonly string[],
): Promise<AtStart | undefined> {
  try {
    return atStartIn((await readDefinition(deps, project, services[0] ?? '')).project, services)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

/** The same of files that were read; undefined where only Compose reads a part of them. */
export const atStartIn = (
  { root, problems, remotes }: ReadDefinition['project'],
  services: readonly string[],
): AtStart | undefined => (problems.length + remotes.length > 0 ? undefined : atStart(root, services))
