import { randomUUID } from 'node:crypto'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { parseRestartPolicy } from '../engine/restart-policy.ts'
import type { DockerDeps } from './docker-deps.ts'

/**
 * That nothing between us and the engine refuses what a rollout and its way back need once the old version has been
 * touched: half-way there would be no way on and none back. Each call is made for a container that does not exist,
 * which the engine answers with 404 and a proxy that lacks the right with 403.
 *
 * @throws TARGET_FORBIDDEN naming the right that is missing
 */
export async function requireRights(
  { engine }: Pick<DockerDeps, 'engine'>,
  rollout: Pick<Rollout, 'procedure' | 'order' | 'dependants'>,
  signal: AbortSignal,
): Promise<void> {
  const nobody = `longshore-${randomUUID()}`
  const calls = [
    () => engine.setRestartPolicy(nobody, parseRestartPolicy('no'), signal),
    () => engine.stopContainer(nobody, limitMs, signal),
    ...(rollout.dependants.length > 0 ? [() => engine.restartContainer(nobody, limitMs, signal)] : []),
    // What is made where nothing was has its own name from the start.
    ...(rollout.procedure === 'create' ? [] : [() => engine.renameContainer(nobody, `${nobody}-next`, signal)]),
    () => engine.startContainer(nobody, signal),
    () => engine.removeContainer(nobody, false, signal),
    ...(rollout.order === 'start-first'
      ? [
          () => engine.connectNetwork(nobody, nobody, {}, signal),
          () => engine.disconnectNetwork(nobody, nobody, signal),
        ]
      : []),
  ]
  // In order, so that the one that is named does not change from try to try.
  for (const call of calls) {
    try {
      await call()
    } catch (error) {
      if (!isAnswer(error)) throw error
    }
  }
}

/** The engine answers at once. */
const limitMs = 30_000

/** What the engine itself says of a container that does not exist; 500 in some versions for a missing network. */
const isAnswer = (error: unknown): boolean =>
  error instanceof AppError &&
  ['TARGET_NOT_FOUND', 'TARGET_REJECTED', 'TARGET_CONFLICT', 'TARGET_FAILED'].includes(error.code)
