import { probeLimitMs } from '../../rollout/probe.ts'
import type { EngineDeps } from './engine-deps.ts'

/** Pause between two questions whether the command has ended. */
const pauseMs = 50

/**
 * Runs a command in a container. One that outlives its time is not joined by a second, or they would pile up in there.
 * @returns null when it ends well, else why not, in words
 */
export async function askCommand(
  { engine, clock, lateCommands }: Pick<EngineDeps, 'engine' | 'clock' | 'lateCommands'>,
  container: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<string | null> {
  const late = lateCommands.get(container)
  if (late !== undefined) {
    if ((await engine.inspectExec(late, signal))?.isRunning === true) return 'the command has not ended'
    lateCommands.delete(container)
  }
  const id = await engine.startExec(container, command, signal)
  const until = clock.now() + probeLimitMs
  for (;;) {
    const state = await engine.inspectExec(id, signal)
    if (state === null) return 'the command is gone'
    if (!state.isRunning) return state.exitCode === 0 ? null : `exit code ${state.exitCode ?? 'unknown'}`
    if (clock.now() >= until) break
    await clock.sleep(pauseMs, signal)
  }
  lateCommands.set(container, id)
  return `the command did not end within ${probeLimitMs / 1000} s`
}
