import type { InstanceFacts, ReplaceFacts } from '../facts.ts'
import { isLeftStopped, leftStopped, startedMeanwhile } from '../left-stopped.ts'
import type { Rollout } from '../rollout.ts'
import { change, effect, goBack, hasStarted, isUp, type Step } from '../step.ts'
import { renameDependants, stopDependants } from './dependants.ts'

/**
 * J4 to J6 for an old version that does not run: names change hands while neither does, and then the new one is started
 * or left as it is. Null when the gate is next.
 */
export function replaceStopped(rollout: Rollout, facts: ReplaceFacts, fresh: InstanceFacts): Step | null {
  const { old } = facts
  if (old !== null && isUp(old)) return goBack(rollout, 'superseded', startedMeanwhile)
  // What lived in it may run all the same, cut off.
  const ending = hasStarted(fresh) ? null : stopDependants(rollout, facts)
  if (ending !== null) return ending
  if (old !== null && old.restart !== 'no') return effect(rollout, 'J4', 'disarm-old')
  if (old !== null && old.name === rollout.name) return effect(rollout, 'J5', 'rename-old')
  if (fresh.name !== rollout.name) return effect(rollout, 'J5', 'rename-new')
  const renaming = hasStarted(fresh) ? null : renameDependants(rollout, facts)
  if (renaming !== null) return renaming
  // Somebody started it, so there is something to prove after all.
  if (hasStarted(fresh)) return null
  if (isLeftStopped(rollout)) return change(rollout, 'J7', { stage: 'passed', reason: leftStopped })
  return effect(rollout, 'J6', 'start-new')
}
