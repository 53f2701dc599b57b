import { AppError } from '../../errors.ts'
import type { DockerDeps } from './docker-deps.ts'

/** Pause between two looks at what the engine removes by itself. */
export const pauseMs = 50

/** So long the engine is given for that. */
export const waitMaxMs = 10_000

/** Whether there is nobody of that name or id any more but a container that the engine is about to forget. */
export async function isLeaving(
  { engine }: Pick<DockerDeps, 'engine'>,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const holder = await engine.inspectContainer(name, signal)
  return holder === null || holder.State.Status === 'removing' || holder.State.Dead
}

/**
 * Waits until an instance that removes itself has done so: until then it holds its name.
 *
 * @throws TARGET_FAILED when the engine does not remove it
 */
export async function untilRemoved(
  { engine, clock }: Pick<DockerDeps, 'engine' | 'clock'>,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.elapsed() + waitMaxMs
  while ((await engine.inspectContainer(id, signal)) !== null) {
    if (clock.elapsed() > until) {
      throw new AppError(
        'TARGET_FAILED',
        `the container ${id.slice(0, 12)} has ended, but the engine does not remove it`,
      )
    }
    await clock.sleep(pauseMs, signal)
  }
}
