import { AppError } from '../../errors.ts'
import type { DockerDeps } from './docker-deps.ts'

const pauseMs = 50
const waitMaxMs = 10_000

/** Waits until an instance that removes itself has done so: until then it holds its name. */
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
