import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import type { DockerDeps } from './docker-deps.ts'
import { currentOld } from './copies.ts'
import { findNew, requireNew } from './instance.ts'
import { requireInstance } from '../engine/require-instance.ts'
import { parseRestartPolicy } from '../engine/restart-policy.ts'
import { stopLimitMs } from '../engine/stop-limit.ts'
import { startFailure } from '../engine/start-failure.ts'
import { offNetwork } from './network-gone.ts'
import { untilRemoved } from './leaving.ts'

/** While neither or both run, the engine must not start one of them by itself, after a reboot for instance. */
export async function disarmOld({ engine }: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  await engine.setRestartPolicy(rollout.oldInstance, parseRestartPolicy('no'), signal)
}

export async function armOld(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const id = await currentOld(deps, rollout, signal)
  await deps.engine.setRestartPolicy(id, parseRestartPolicy(rollout.restart), signal)
}

export async function armNew(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const id = await requireNew(deps, rollout, signal)
  await deps.engine.setRestartPolicy(id, parseRestartPolicy(rollout.restart), signal)
}

export async function stopOld(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  await end(deps, rollout, rollout.oldInstance, signal)
}

export async function stopNew(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const id = await findNew(deps, rollout, signal)
  if (id !== null) await end(deps, rollout, id, signal)
}

/** Stops it and, where that removes it, waits until it is gone and its name is free. */
async function end(deps: DockerDeps, rollout: Rollout, id: string, signal: AbortSignal): Promise<void> {
  if (!rollout.removesItself) return stop(deps, id, signal)
  if ((await deps.engine.inspectContainer(id, signal)) !== null) await stop(deps, id, signal)
  await untilRemoved(deps, id, signal)
}

export async function startNew(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const id = await requireNew(deps, rollout, signal)
  try {
    await deps.engine.startContainer(id, signal)
  } catch (error) {
    throw startFailure(error)
  }
}

/** That the old version does not start is never the candidate's fault. */
export async function startOld(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const id = await currentOld(deps, rollout, signal)
  try {
    await deps.engine.startContainer(id, signal)
  } catch (cause) {
    const failure = offNetwork(startFailure(cause), await requireInstance(deps, id, signal))
    if (!(failure instanceof AppError) || failure.code !== 'TARGET_START_FAILED') throw failure
    throw new AppError('TARGET_FAILED', failure.message, { cause })
  }
}

async function stop(deps: DockerDeps, id: string, signal: AbortSignal): Promise<void> {
  const container = await requireInstance(deps, id, signal)
  await deps.engine.stopContainer(id, stopLimitMs(container), signal)
}
