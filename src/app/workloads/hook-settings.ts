import type { DurationRange } from '../../lib/duration.ts'
import type { Hooks } from '../../rollout/hooks.ts'

/** Hooks of some moments; those of the others are left as they were. An empty list takes them away. */
export type HooksOverride = Partial<{ readonly [Moment in keyof Hooks]: Hooks[Moment] | undefined }>

const hourMs = 3_600_000

/** How long a hook may take. A way back must not wait long for anything, so its hooks get less. */
export const hookRanges = {
  rolloutHook: { minMs: 1000, maxMs: 6 * hourMs },
  rollbackHook: { minMs: 1000, maxMs: 5 * 60_000 },
  hookRetry: { minMs: 10_000, maxMs: 24 * hourMs },
} as const satisfies Record<string, DurationRange>

/** Each moment's hooks are taken whole from the one or the other. */
export function overrideHooks(base: Hooks, over: HooksOverride = {}): Hooks {
  return {
    beforeRollout: over.beforeRollout ?? base.beforeRollout,
    afterRollout: over.afterRollout ?? base.afterRollout,
    beforeRollback: over.beforeRollback ?? base.beforeRollback,
    afterRollback: over.afterRollback ?? base.afterRollback,
  }
}
