import { AppError, toAppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { formatDuration } from '../../lib/duration.ts'
import { escapeControls } from '../../lib/escape-controls.ts'
import { redact } from '../../lib/secret.ts'
import { hookInstances } from '../../rollout/hook-instances.ts'
import { isPartOfGate, nextHook } from '../../rollout/hook-steps.ts'
import {
  postponeExitCode,
  type CommandEnd,
  type Hook,
  type HookCommand,
  type HookEnd,
  type HookMoment,
} from '../../rollout/hooks.ts'
import type { Rollout, RolloutFacts } from '../../rollout/rollout.ts'
import { triesMax } from '../../rollout/step.ts'
import type { Target } from '../../targets/target.ts'
import { hookEnvironment } from './hook-environment.ts'

/**
 * Runs a command beside us and waits for its end; the signal ends it.
 * @throws AppError when it cannot be started, ABORTED
 */
export type RunHere = (command: HookCommand, signal: AbortSignal) => Promise<CommandEnd>

export interface HookDeps {
  readonly target: Pick<Target, 'runInside'>
  readonly clock: Pick<Clock, 'elapsed' | 'sleep'>
  readonly runHere?: RunHere
}

/** Pause before a hook is tried again that could not be run. */
const againMs = 5000

/**
 * Runs the hook that is due at a moment. One that is a part of the gate is tried some times where it cannot be run, since
 * the new version goes without its word.
 * @param facts what the target showed just now
 * @param stop ends it: we are asked to stop
 * @returns null when it was stopped, and is to run again later
 * @throws TARGET_UNAVAILABLE when the target went away meanwhile
 */
export async function runHook(
  deps: HookDeps,
  rollout: Rollout,
  moment: HookMoment,
  facts: RolloutFacts,
  stop: AbortSignal,
): Promise<HookEnd | null> {
  const hook = nextHook(rollout, moment)
  if (hook === null) return null
  const instances = hook.place === 'inside' ? hookInstances(hook, moment, facts) : []
  if (hook.place === 'inside' && instances.length === 0)
    return ended('skipped', 'was left out: it has nothing to run in')
  let triesLeft = isPartOfGate(moment, hook) ? triesMax : 1
  for (;;) {
    const since = deps.clock.elapsed()
    try {
      const end = await run(deps, hook, hookEnvironment(rollout, moment), instances, stop)
      const isEarly = deps.clock.elapsed() - since < hook.timeoutMs
      return judge(hook, moment, end, isEarly)
    } catch (error) {
      const { code, message } = toAppError(error)
      // A way back does not wait until we are started again.
      if (stop.aborted)
        return moment === 'beforeRollback' ? ended('skipped', 'was left out: Longshore was to stop') : null
      if (code === 'TARGET_UNAVAILABLE') throw error
      triesLeft -= 1
      if (triesLeft === 0) return ended('unknown', `could not be run: ${redact(message)}`)
      await deps.clock.sleep(againMs, stop)
    }
  }
}

/** In each instance in turn, until one of them does not end well. */
async function run(
  { target, runHere }: HookDeps,
  hook: Hook,
  environment: HookCommand['environment'],
  instances: readonly string[],
  stop: AbortSignal,
): Promise<CommandEnd> {
  const { command, user, timeoutMs: limitMs } = hook
  let last: CommandEnd | undefined
  if (hook.place === 'here') last = await runHere?.({ command, environment, limitMs }, stop)
  for (const instance of instances) {
    last = await target.runInside?.(instance, { command, environment, limitMs, user }, stop)
    if (last?.exitCode !== 0) break
  }
  if (last === undefined) throw new AppError('TARGET_UNSUPPORTED', 'no command can be run there')
  return last
}

function judge(hook: Hook, moment: HookMoment, { exitCode, output }: CommandEnd, isEarly: boolean): HookEnd {
  const said = lastLine(output)
  if (exitCode === 0) return { ...ended('done', 'ended well'), exitCode, output }
  if (exitCode === null) {
    const why = isEarly ? 'printed without end and was ended' : `did not end within ${formatDuration(hook.timeoutMs)}`
    const inside = hook.place === 'inside' ? ', and may go on in there' : ''
    return { ...ended('timed-out', why + inside + said), output }
  }
  if (exitCode === postponeExitCode && moment === 'beforeRollout') {
    return { ...ended('postponed', `asked to wait (exit code ${exitCode})${said}`), exitCode, output }
  }
  return { ...ended('failed', `failed with exit code ${exitCode}${said}`), exitCode, output }
}

const ended = (outcome: HookEnd['outcome'], sentence: string): HookEnd => ({
  outcome,
  exitCode: null,
  sentence,
  output: '',
})

const lastLineMax = 200

/** What it said last is often why. */
function lastLine(output: string): string {
  const line = output.trimEnd().split('\n').at(-1)?.trim() ?? ''
  return line === '' ? '' : `: ${escapeControls(line).slice(0, lastLineMax)}`
}
