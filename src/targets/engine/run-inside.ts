import { printedTail, tailReadBytesMax } from '../../lib/printed-tail.ts'
import type { CommandEnd, HookCommand } from '../../rollout/hooks.ts'
import type { EngineDeps } from './engine-deps.ts'
import { valuesOf } from './log-tail.ts'
import { requireInstance } from './require-instance.ts'

/** Pause between two questions whether an earlier command has ended. */
const pauseMs = 500

/** Runs a command in a container without a shell, and keeps the end of what it printed, without the values of its environment. */
export async function runInside(
  deps: Pick<EngineDeps, 'engine' | 'clock'>,
  container: string,
  { user, command, environment, limitMs }: HookCommand & { readonly user: string | null },
  signal: AbortSignal,
): Promise<CommandEnd> {
  const { engine, clock } = deps
  const { Config } = await requireInstance(deps, container, signal)
  const until = clock.elapsed() + limitMs
  while (await isRunning(deps, container, command, signal)) {
    if (clock.elapsed() >= until) return { exitCode: null, output: 'an earlier run of this command has not ended\n' }
    await clock.sleep(pauseMs, signal)
  }
  const limits = { limitMs: Math.max(1, Math.ceil(until - clock.elapsed())), bytesMax: tailReadBytesMax }
  const { exitCode, output } = await engine.runExec(container, { command, user, environment }, limits, signal)
  const isCut = Buffer.byteLength(output) >= tailReadBytesMax - cutCharacterMax
  return { exitCode, output: printedTail(output, valuesOf(Config.Env ?? []), isCut) }
}

/** Bytes of a character that the cut may have taken away. */
const cutCharacterMax = 3

/** Commands outlive whoever started them: what we were killed in the middle of, and what outlived its limit. */
async function isRunning(
  { engine }: Pick<EngineDeps, 'engine'>,
  container: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const ids = await engine.listExecs(container, signal)
  const found = await Promise.all(ids.map((id) => engine.inspectExec(id, signal)))
  return found.some((each) => each?.isRunning === true && isSame(each.command, command))
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((part, at) => part === other[at])
