import type { HookMoment } from '../../rollout/hooks.ts'
import type { Rollout } from '../../rollout/rollout.ts'

/** What a hook is told of its rollout, as environment variables; docs/hooks.md lists them. Nothing in it is secret. */
export function hookEnvironment(rollout: Rollout, moment: HookMoment): Readonly<Record<string, string>> {
  return {
    LONGSHORE_HOOK: moment,
    LONGSHORE_ROLLOUT: rollout.id,
    LONGSHORE_WORKLOAD: rollout.workload,
    LONGSHORE_NAME: rollout.name,
    LONGSHORE_IMAGE: rollout.image,
    LONGSHORE_FROM_IMAGE: rollout.fromReference,
    LONGSHORE_FROM_DIGEST: rollout.fromDigest ?? '',
    LONGSHORE_TO_DIGEST: rollout.digest,
    LONGSHORE_OUTCOME: moment === 'afterRollout' ? 'succeeded' : (rollout.outcome ?? ''),
    LONGSHORE_REASON: rollout.reason?.code ?? '',
  }
}
