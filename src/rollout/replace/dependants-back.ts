import type { DependantFacts, ReplaceFacts } from '../facts.ts'
import { previousName } from '../names.ts'
import type { Rollout } from '../rollout.ts'
import { backTriesMax, canTry, canTryFirst, didNotSucceed, effect, isUp, must, type Step } from '../step.ts'
import { heldByStranger } from './dependants.ts'
import { leaveArmed } from './leave-armed.ts'

/** R: the new dependants end before what they live in. Null when none runs. */
export function stopNewDependants(rollout: Rollout, facts: ReplaceFacts, now: number): Step | null {
  if (!(facts.dependants ?? []).some((each) => each.new !== null && isUp(each.new))) return null
  if (canTry(rollout, 'stop-new-dependants', backTriesMax)) return effect(rollout, 'R', 'stop-new-dependants')
  return leaveArmed(rollout, facts, now, didNotSucceed(rollout, 'stop-new-dependants'))
}

/**
 * R: the old dependants have their names again. Null when they have, when somebody else's container has, and when they
 * have to run without for now.
 */
export const renameDependantsBack = (rollout: Rollout, facts: ReplaceFacts): Step | null =>
  unnamed(facts).length > 0 && canTryFirst(rollout, 'rename-dependants-back')
    ? effect(rollout, 'R', 'rename-dependants-back')
    : null

/** R: the same once they run. */
export function nameDependantsAgain(rollout: Rollout, facts: ReplaceFacts, now: number): Step | null {
  const left = unnamed(facts)
  const commands = left.map(({ plan: { name } }) => `docker rename ${previousName(name)} ${name}`)
  return left.length === 0 ? null : must(rollout, 'rename-dependants-back', now, commands.join(' && '))
}

const unnamed = ({ dependants = [] }: ReplaceFacts): readonly DependantFacts[] =>
  dependants.filter(
    (each) =>
      each.new?.name === each.plan.name || (each.old?.name === previousName(each.plan.name) && !heldByStranger(each)),
  )
