import { AppError } from '../../errors.ts'
import { nextName, previousName } from '../../rollout/names.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import { nameOf } from '../engine/dependants.ts'
import type { DockerDeps } from './docker-deps.ts'
import { requireInstance } from '../engine/require-instance.ts'
import { currentOld } from './copy-old.ts'
import { requireNew } from './instance.ts'
import { clearPrevious } from './leftovers.ts'

/** The old instance leaves the workload's name. */
export async function renameOld(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const name = previousName(rollout.name)
  try {
    await rename(deps, rollout.oldInstance, name, signal)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'TARGET_CONFLICT') throw error
    await clearPrevious(deps, rollout, signal)
    await rename(deps, rollout.oldInstance, name, signal)
  }
}

/** The new instance takes the workload's name. */
export async function renameNew(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  await rename(deps, await requireNew(deps, rollout, signal), rollout.name, signal)
}

export async function renameNewBack(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  await rename(deps, await requireNew(deps, rollout, signal), nextName(rollout.name), signal)
}

export async function renameOldBack(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  await rename(deps, await currentOld(deps, rollout, signal), rollout.name, signal)
}

/** Asks first and looks afterwards: inside the gap of a stop-first replacement each question counts. */
export async function rename(deps: DockerDeps, id: string, name: string, signal: AbortSignal): Promise<void> {
  try {
    await deps.engine.renameContainer(id, name, signal)
  } catch (error) {
    if (!(error instanceof AppError) || !['TARGET_CONFLICT', 'TARGET_REJECTED'].includes(error.code)) throw error
    // The engine refuses to rename a container to the name that it has.
    if (nameOf(await requireInstance(deps, id, signal)) !== name) throw error
  }
}
