import type { Log } from '../../lib/log.ts'
import { recordHook } from '../../rollout/hook-steps.ts'
import { tellHook, type HookMoment, type HookResult } from '../../rollout/hooks.ts'
import type { Rollout, RolloutFacts } from '../../rollout/rollout.ts'
import type { HistoryEntry } from '../../store/store.ts'
import { runHook, type HookDeps } from './run-hook.ts'

/** Runs the hook that is due at a moment. @returns the rollout with its end, to be made durable; null to park it */
export async function applyHook(
  deps: HookDeps & { readonly clock: { now(): number } },
  rollout: Rollout,
  moment: HookMoment,
  facts: RolloutFacts,
  stop: AbortSignal,
): Promise<Rollout | null> {
  const end = await runHook(deps, rollout, moment, facts, stop)
  return end === null ? null : recordHook(rollout, moment, end, deps.clock.now())
}

/** The hooks that ended between two states of a rollout, in order. */
export const endedHooks = (before: Rollout, after: Rollout): readonly HookResult[] =>
  after.hookResults.slice(before.hookResults.length)

/** What the history says of it. */
export function hookEntry(rollout: Rollout, result: HookResult): HistoryEntry {
  return {
    at: result.at,
    actor: null,
    workload: rollout.workload,
    rollout: rollout.id,
    kind: 'hook',
    reason: {
      code: `HOOK_${result.outcome.toUpperCase().replaceAll('-', '_')}`,
      sentence: `${tellHook(result)} ${result.sentence}`,
    },
    fromDigest: rollout.fromDigest,
    toDigest: rollout.digest,
  }
}

/** Tells the log of it. */
export function tellHookEnd(log: Log, { workload, id }: Rollout, result: HookResult): void {
  const isWell = result.outcome === 'done' || result.outcome === 'skipped'
  const { moment, name, exitCode, outcome, sentence } = result
  log[isWell ? 'info' : 'warn'](
    { workload, rollout: id, hook: name, moment, exitCode, outcome },
    `${tellHook(result)} ${sentence}`,
  )
}
