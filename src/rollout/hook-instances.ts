import {
  isComposeFacts,
  isServiceFacts,
  type ComposeFacts,
  type InstanceFacts,
  type ReplaceFacts,
  type RolloutFacts,
} from './facts.ts'
import type { Hook, HookMoment } from './hooks.ts'
import { isUp } from './step.ts'

/**
 * The instances that a hook runs in, oldest first: of the version that serves before a rollout and after a rollback, of
 * the new one after a rollout and before a rollback. None when that does not run, or may run on any machine.
 */
export function hookInstances(hook: Hook, moment: HookMoment, facts: RolloutFacts): readonly string[] {
  if (isServiceFacts(facts)) return []
  const isOld = moment === 'beforeRollout' || moment === 'afterRollback'
  const running = (isOld ? oldOnes(facts) : newOnes(facts)).filter(isUp).map(({ id }) => id)
  return hook.instances === 'every' ? running : running.slice(0, 1)
}

const oldOnes = (facts: ReplaceFacts | ComposeFacts): readonly InstanceFacts[] =>
  // What was made of an old one that removed itself stands for it.
  isComposeFacts(facts) ? facts.olds : [...some(facts.old), ...some(facts.copy ?? null)]
const newOnes = (facts: ReplaceFacts | ComposeFacts): readonly InstanceFacts[] =>
  isComposeFacts(facts) ? facts.news : some(facts.new)
const some = (instance: InstanceFacts | null): readonly InstanceFacts[] => (instance === null ? [] : [instance])
