import { AppError } from '../../errors.ts'
import { nextName, previousName } from '../../rollout/names.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import { nameOf } from '../engine/dependants.ts'
import type { DockerDeps } from './docker-deps.ts'
import { requireInstance } from '../engine/require-instance.ts'
import { currentOld } from './copies.ts'
import { requireNew } from './instance.ts'
import { isLeaving, pauseMs, waitMaxMs } from './leaving.ts'
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

/**
 * Asks first and looks afterwards: inside the gap of a stop-first replacement each question counts. A name that the
 * engine keeps for what it is removing by itself is waited for.
 */
export async function rename(
  deps: Pick<DockerDeps, 'engine' | 'clock'>,
  id: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const until = deps.clock.elapsed() + waitMaxMs
  while (true) {
    try {
      return await deps.engine.renameContainer(id, name, signal)
    } catch (error) {
      if (!(error instanceof AppError) || !['TARGET_CONFLICT', 'TARGET_REJECTED'].includes(error.code)) throw error
      // The engine refuses to rename a container to the name that it has.
      if (nameOf(await requireInstance(deps, id, signal)) === name) return
      if (error.code !== 'TARGET_CONFLICT' || deps.clock.elapsed() > until) throw error
      if (!(await isLeaving(deps, name, signal))) throw error
    }
    await deps.clock.sleep(pauseMs, signal)
  }
}
