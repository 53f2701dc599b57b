import { formatMinute } from '../../lib/minute.ts'
import { hookUnderWay } from '../../rollout/hook-steps.ts'
import { hookMoments, tellHook, type Hooks } from '../../rollout/hooks.ts'
import type { Rollout } from '../../rollout/rollout.ts'

/** What there is to say of the hooks of a workload's latest rollout: which one it waits for, and which did not end well. */
export function hookWords(latest: Rollout | undefined): readonly string[] {
  if (latest === undefined) return []
  const running = latest.stage === 'ended' || latest.stage === 'kept' ? null : hookUnderWay(latest)
  const waits = running === null ? [] : [`It waits for ${tellHook(running)}.`]
  const wrong = latest.hookResults
    .filter(({ outcome }) => outcome !== 'done' && outcome !== 'postponed')
    .map((each) => `At ${formatMinute(each.at)}, ${tellHook(each)} ${each.sentence}.`)
  return [...waits, ...wrong]
}

/** Hooks that a rollout would run, in order; those of a rollback only run if it comes to that. */
export const tellHooks = (hooks: Hooks): readonly string[] =>
  hookMoments.flatMap((moment) =>
    hooks[moment].map(({ name, place }) => `${moment} ${name}${place === 'inside' ? ', in the container' : ''}`),
  )
