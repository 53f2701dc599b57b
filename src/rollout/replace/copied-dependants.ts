import { namesOf } from '../dependant.ts'
import type { DependantFacts, ReplaceFacts } from '../facts.ts'
import type { Rollout } from '../rollout.ts'
import { effect, hasTouchedOld, needsHuman, whyNot, type Step } from '../step.ts'
import { heldByStranger } from './dependants.ts'

/**
 * R: those dependants whose old instance is gone too, or knows by its id the old version that is, have copies as well, made
 * from what was captured and referring to that of the old version.
 *
 * @param canTry whether it may be tried now
 * @returns null where all have, or nothing more is tried
 */
export const copyDependants = (
  rollout: Rollout,
  facts: ReplaceFacts,
  canTry: (rollout: Rollout, kind: 'copy-old-dependants') => boolean,
): Step | null =>
  lacking(rollout, facts).length > 0 && canTry(rollout, 'copy-old-dependants')
    ? effect(rollout, 'R', 'copy-old-dependants')
    : null

/** The facts without the dependants that have no old instance which could run beside the old version. */
export const withoutLacking = (rollout: Rollout, facts: ReplaceFacts): ReplaceFacts => {
  const left = lacking(rollout, facts)
  return left.length === 0
    ? facts
    : { ...facts, dependants: (facts.dependants ?? []).filter((each) => !left.includes(each)) }
}

/** R: all others run again. Null where none is lacking. */
export function lackDependants(rollout: Rollout, facts: ReplaceFacts, now: number): Step | null {
  const names = namesOf(lacking(rollout, facts).map(({ plan }) => plan))
  if (names === '') return null
  const why = whyNot(rollout, 'copy-old-dependants')
  return needsHuman(
    rollout,
    now,
    `the old version serves, but ${names} could not be made again beside it${why}; make that anew`,
  )
}

function lacking(rollout: Rollout, facts: ReplaceFacts): readonly DependantFacts[] {
  // What only follows another was made for what has its name now, and lived itself in what is not there any more.
  if (!hasTouchedOld(rollout) || rollout.follows !== null || facts.old === null) return []
  const isCopied = facts.old.id === facts.copy?.id
  return (facts.dependants ?? []).filter((each) => {
    if (heldByStranger(each)) return false
    // As a kill of ours may have left it.
    if (each.copy != null) return each.copy.status === 'created' && !each.copy.connected
    // Without either instance it was a person who removed it.
    return each.old === null ? each.new !== null : isCopied
  })
}
