import { hasTouchedOld } from '../../rollout/step.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { HistoryEntry } from '../../store/store.ts'

/**
 * What the end of a rollout is to the dependants of its set, so that the history of each tells why it was stopped. None
 * where nothing of the set was touched.
 */
export function endedForDependants(rollout: Rollout, at: string): readonly HistoryEntry[] {
  if (!hasTouchedOld(rollout)) return []
  const { id, target, name, outcome, reason, dependants } = rollout
  const what =
    outcome === 'succeeded' ? `made again with ${name}, by its own image` : `stopped for the rollout of ${name}`
  return dependants.map((each) => ({
    at,
    actor: null,
    workload: `${target}/container/${each.name}`,
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
