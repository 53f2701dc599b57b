import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import * as definition from './definition/at-start.ts'
import { readDefinition, type ReadingDeps } from './read-definition.ts'

type Asked = readonly [deps: ReadingDeps, project: ComposeProject, services: readonly string[]]

/** Whether Compose copies something into containers of these services; undefined where their files cannot be read. */
export const isCopiedInto = (...asked: Asked): Promise<boolean | undefined> => ask(definition.copiesInto, asked)

/** Whether containers of these services are whole only where Compose starts them; undefined as above. */
export const isComposesToStart = (...asked: Asked): Promise<boolean | undefined> =>
  ask(definition.isComposesToStart, asked)

/** That they cannot be read is told where a rollout is planned, and keeps none from going on or back. */
async function ask(question: typeof definition.copiesInto, [deps, project, services]: Asked) {
  try {
    const { project: whole } = await readDefinition(deps, project, services[0] ?? '')
    return whole.problems.length > 0 ? undefined : question(whole.root, services)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}
