import { engineRights } from '../../clients/docker/engine-rights.ts'
import type { ComposeDeps } from './compose-deps.ts'

/** What `docker compose up` does to containers and its dry run does not, so that only asking tells what is refused. */
const changing = engineRights.filter(({ method, path }) =>
  [
    'POST /containers/create',
    'POST /containers/{id}/start',
    'POST /containers/{id}/stop',
    'POST /containers/{id}/rename',
    'DELETE /containers/{id}',
  ].includes(`${method} ${path}`),
)

/**
 * That nothing between us and the engine refuses what Compose needs once it has begun: it stops the old container before
 * it removes that, and without the right to there would be no way on and none back.
 *
 * @throws TARGET_FORBIDDEN naming the right that is missing
 */
export async function requireRights({ engine }: Pick<ComposeDeps, 'engine'>, signal: AbortSignal): Promise<void> {
  const [first] = await engine.missingRights(signal, changing)
  if (first !== undefined) throw first
}
