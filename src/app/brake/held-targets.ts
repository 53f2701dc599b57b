import type { Reason } from '../../rollout/facts.ts'
import type { Time } from '../../store/store.ts'
import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { targetDefaults } from '../groups/group-settings.ts'
import { brakeOf, failuresOn } from './brake.ts'

/** What holds all automatic rollouts of a target until a person has looked. */
export interface HeldTarget {
  readonly target: string
  readonly reason: Reason
  readonly since: Time
}

/** Every target whose brake is on, or on which too many changes are wanted at once. */
export async function heldTargets({
  store,
  limits,
  targets: configured,
}: Pick<App, 'store' | 'limits'> & { readonly targets: readonly Pick<Target, 'name'>[] }): Promise<
  readonly HeldTarget[]
> {
  // Nothing is rolled out on one that the configuration names no more, and nobody could release it.
  const isThere = ({ target }: { readonly target: string }): boolean => configured.some(({ name }) => name === target)
  const failures = (await store.gateFailures()).filter(isThere)
  const named = new Set(failures.map(({ target }) => target))
  const targets = [...named].filter((each) => (limits.get(each) ?? targetDefaults).brake).toSorted()
  const braked = targets.flatMap((target) => {
    const brake = brakeOf(failuresOn(failures, target))
    return brake === null ? [] : [{ target, ...brake }]
  })
  const many = (await store.massChanges()).filter(isThere).map(({ target, count, most, since }) => ({
    target,
    reason: {
      code: 'MASS_CHANGE',
      sentence: `${count} workloads of ${target} want a change at once, more than ${most}`,
    },
    since,
  }))
  return [...braked, ...many]
}
