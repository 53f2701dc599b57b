import type { ComposeProject } from '../../clients/compose/project.ts'
import { composeRights, engineRights, type EngineRight } from '../../clients/docker/engine-rights.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { readAtStart } from './read-at-start.ts'
import type { ReadingDeps } from './read-definition.ts'

const named = (...names: readonly string[]): readonly EngineRight[] =>
  [...engineRights, ...composeRights].filter(({ method, path }) => names.includes(`${method} ${path}`))

/** What `docker compose up` does to containers and its dry run does not, so that only asking tells what is refused. */
const changing = named(
  'POST /containers/create',
  'POST /containers/{id}/start',
  'POST /containers/{id}/stop',
  'POST /containers/{id}/rename',
  'DELETE /containers/{id}',
)

/** With this it copies into them what is no file: 2.26 at once, 2.40 only once the old container is gone. */
const copying = named('PUT /containers/{id}/archive')

/** With these it runs `post_start`, once the old container is gone. */
const running = named('POST /containers/{id}/exec', 'POST /exec/{id}/start', 'GET /exec/{id}/json')

/**
 * That nothing between us and the engine refuses what Compose needs once it has begun: it stops the old container before
 * it removes that, and without the right to there would be no way on and none back.
 *
 * @param services of which containers are to be made
 * @throws TARGET_FORBIDDEN naming the right that is missing
 */
export async function requireRights(
  deps: ReadingDeps & Pick<ComposeDeps, 'engine'>,
  project: ComposeProject,
  services: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { isCopiedInto = false, isRunIn = false } = (await readAtStart(deps, project, services)) ?? {}
  const asked = [...changing, ...(isCopiedInto ? copying : []), ...(isRunIn ? running : [])]
  const [missing] = await deps.engine.missingRights(signal, asked)
  if (missing !== undefined) throw missing
}
