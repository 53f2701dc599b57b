import { hasTouchedOld } from '../../rollout/step.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { HistoryEntry } from '../../store/store.ts'
import { dependantsOf } from './busy-set.ts'

/**
 * What the end of a rollout is to the dependants of its set, so that the history of each tells why it was stopped. None
 * where nothing of the set was touched.
 */
export function endedForDependants(rollout: Rollout, at: string): readonly HistoryEntry[] {
  if (!hasTouchedOld(rollout)) return []
  const { id, name, outcome, reason } = rollout
  const what =
    outcome === 'succeeded' ? `made again with ${name}, by its own image` : `stopped for the rollout of ${name}`
  return dependantsOf(rollout).map((workload) => ({
    at,
    actor: null,
    workload,
    rollout: id,
    kind: 'rollout-ended',
    reason: {
      code: (outcome ?? 'needs-human').toUpperCase().replaceAll('-', '_'),
      sentence: reason === null ? what : `${what}: ${reason.sentence}`,
    },
    // It keeps its image.
    fromDigest: null,
    toDigest: null,
  }))
}
