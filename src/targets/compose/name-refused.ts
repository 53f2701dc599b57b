import type { Compose } from '../../clients/compose/compose.ts'
import { composeRights, engineRights, type EngineRight } from '../../clients/docker/engine-rights.ts'
import { AppError } from '../../errors.ts'
import type { ComposeDeps } from './compose-deps.ts'

/** Whatever Compose may ask: what it changes first, since of that it asks the engine itself. */
const asked: readonly EngineRight[] = [
  ...engineRights.filter(({ path }) => /^\/(containers|images|networks)\b/.test(path)),
  ...composeRights,
]

/**
 * Compose as it is, but for what it says where a proxy refuses one of its requests: the page that it got in the place of an
 * answer names none, so the engine is asked which do not get through.
 */
export const namingRefused = (compose: Compose, engine: Pick<ComposeDeps['engine'], 'missingRights'>): Compose => ({
  ...compose,
  up: (project, services, options, signal) =>
    compose.up(project, services, options, signal).catch((error: unknown) => rethrow(engine, error, signal)),
  dryRunUp: (project, services, options, signal) =>
    compose.dryRunUp(project, services, options, signal).catch((error: unknown) => rethrow(engine, error, signal)),
})

async function rethrow(
  engine: Pick<ComposeDeps['engine'], 'missingRights'>,
  error: unknown,
  signal: AbortSignal,
): Promise<never> {
  if (!(error instanceof AppError) || error.code !== 'TARGET_FORBIDDEN') throw error
  // Whoever cannot be asked either leaves Compose's own words.
  const missing = await engine.missingRights(signal, asked).catch(() => [])
  const sentences = [...new Set(missing.map(({ message }) => message))]
  if (sentences.length === 0) throw error
  throw new AppError('TARGET_FORBIDDEN', sentences.join('; '), { cause: error })
}
