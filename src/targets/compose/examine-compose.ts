import { composeRights } from '../../clients/docker/engine-rights.ts'
import { toAppError } from '../../errors.ts'
import type { TargetFinding } from '../target.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { findServices } from './services.ts'

type Deps = Pick<ComposeDeps, 'compose' | 'engine' | 'inspections'>

/**
 * Which Docker Compose rolls services out here, and which requests that it alone makes somebody between it and the engine
 * does not let through; without one, plain containers are cared for all the same.
 */
export async function examineCompose(deps: Deps, signal: AbortSignal): Promise<readonly TargetFinding[]> {
  let found: TargetFinding
  try {
    const { command, version } = await deps.compose.find()
    const sentence = `Compose services are rolled out by ${command.join(' ')} ${version}`
    found = { isFault: false, sentence, remedy: null }
  } catch (error) {
    const { message, hint } = toAppError(error)
    return [{ isFault: false, sentence: `Compose services are not rolled out: ${message}`, remedy: hint }]
  }
  return [found, ...(await refusedOf(deps, signal))]
}

/** No faults: who watches no services, or none with networks, volumes or secrets of that kind, does without some. */
async function refusedOf(deps: Deps, signal: AbortSignal): Promise<readonly TargetFinding[]> {
  if ((await findServices(deps, null, signal)).length === 0) return []
  const missing = await deps.engine.missingRights(signal, composeRights)
  return missing.map(({ message }) => ({
    isFault: false,
    sentence: `docker compose may fail: ${message}`,
    remedy: 'Where Compose services are watched, allow it on the proxy: docs/socket-proxy.md tells what it is for.',
  }))
}
