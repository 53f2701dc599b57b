import { isComposeFacts, type InstanceFacts, type RolloutFacts } from './facts.ts'
import type { Hook, HookMoment } from './hooks.ts'
import { isUp } from './step.ts'

/**
 * The instances that a hook runs in, oldest first: of the version that serves before a rollout and after a rollback, of
 * the new one after a rollout and before a rollback. None when that does not run.
 */
export function hookInstances(hook: Hook, moment: HookMoment, facts: RolloutFacts): readonly string[] {
  const isOld = moment === 'beforeRollout' || moment === 'afterRollback'
  const running = (isOld ? oldOnes(facts) : newOnes(facts)).filter(isUp).map(({ id }) => id)
  return hook.instances === 'every' ? running : running.slice(0, 1)
}

const oldOnes = (facts: RolloutFacts): readonly InstanceFacts[] =>
  // What was made of an old one that removed itself stands for it.
  isComposeFacts(facts) ? facts.olds : [...some(facts.old), ...some(facts.copy ?? null)]
const newOnes = (facts: RolloutFacts): readonly InstanceFacts[] =>
  isComposeFacts(facts) ? facts.news : some(facts.new)
const some = (instance: InstanceFacts | null): readonly InstanceFacts[] => (instance === null ? [] : [instance])
