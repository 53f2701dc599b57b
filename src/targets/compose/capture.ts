import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { requireSupport } from '../engine/engine-support.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { readIfThere } from './files.ts'
import { rememberOlds } from './instances.ts'
import { projectOf } from './project-of.ts'
import { requireRights } from './require-rights.ts'
import { findService, servicesOf, withoutMemory } from './services.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * The containers as they are, and the bytes of every file that defines them. It comes before all that touches them, hooks
 * too, so that what the engine cannot do for the rollout is told by it.
 *
 * @throws TARGET_UNSUPPORTED, TARGET_FORBIDDEN
 */
export async function capture(deps: ComposeDeps, rollout: Rollout, signal: AbortSignal): Promise<Snapshot> {
  await requireSupport(deps, rollout, signal)
  const { service } = await findService(withoutMemory(deps), rollout.name, signal)
  if (service === null) throw new AppError('TARGET_NOT_FOUND', `no container of ${rollout.name} is left`)
  const project = projectOf(service.members[0].compose, deps.configured)
  await requireRights(deps, project, servicesOf(rollout), signal)
  await rememberOlds(
    deps,
    rollout,
    service.members.map(({ container }) => container.Id),
  )
  const paths = rollout.definition?.files.map(({ path }) => path) ?? []
  const files = await Promise.all(
    paths.map(async (path) => ({ path, base64: (await readIfThere(path))?.toString('base64') ?? '' })),
  )
  return {
    compose: service.members[0].compose,
    containers: service.members.map(({ container }) => container),
    files,
  }
}
