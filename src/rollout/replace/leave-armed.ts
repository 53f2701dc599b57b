import type { ReplaceFacts } from '../facts.ts'
import { canTry, canTryFirst, effect, isUp, needsHuman, type Step } from '../step.ts'
import type { Rollout } from '../rollout.ts'

/**
 * R: the way back goes no further, and waiting does not mend it. What runs gets its restart policy first, or the old
 * version where nothing does: what mends it is often a restart of the machine, and something has to come up after that.
 *
 * @param sentence what could not be done
 */
export function leaveArmed(rollout: Rollout, facts: ReplaceFacts, now: number, sentence: string): Step {
  const { old, new: fresh } = facts
  const isNewKept = fresh !== null && isUp(fresh) && (old === null || !isUp(old))
  const arming = isNewKept ? armNew(rollout, facts) : armOld(rollout, facts)
  return arming ?? needsHuman(rollout, now, `${sentence}; once that can be done, run: ${commands(rollout, facts)}`)
}

/** R: the new version and its dependants have their restart policies. Null when they have, or cannot be given them. */
export function armNew(rollout: Rollout, { new: fresh, dependants = [] }: ReplaceFacts): Step | null {
  const isLeft = dependants.some((each) => each.new !== null && each.new.restart !== each.plan.restart)
  if (isLeft && canTry(rollout, 'arm-dependants')) return effect(rollout, 'R', 'arm-dependants')
  const isArmed = fresh === null || fresh.restart === rollout.restart
  return isArmed || !canTry(rollout, 'arm-new') ? null : effect(rollout, 'R', 'arm-new')
}

function armOld(rollout: Rollout, { old, dependants = [] }: ReplaceFacts): Step | null {
  const isLeft = dependants.some((each) => each.old !== null && each.old.restart !== each.plan.restart)
  if (isLeft && canTryFirst(rollout, 'arm-old-dependants')) return effect(rollout, 'R', 'arm-old-dependants')
  const isArmed = old === null || old.restart === rollout.restart
  return isArmed || !canTryFirst(rollout, 'arm-old') ? null : effect(rollout, 'R', 'arm-old')
}

/** What leads from here to the old version, with its dependants. */
function commands(rollout: Rollout, { old, new: fresh, dependants = [] }: ReplaceFacts): string {
  const { name, restart } = rollout
  const own = { plan: { name, restart, wasRunning: rollout.stopped === null }, old, new: fresh }
  const all = [own, ...dependants]
  return [
    ...all.toReversed().flatMap((each) => (each.new === null ? [] : [`docker rm --force ${each.new.name}`])),
    ...all.flatMap(({ plan, old: one }) => [
      ...(one !== null && one.name !== plan.name ? [`docker rename ${one.name} ${plan.name}`] : []),
      ...(one !== null ? [`docker update --restart ${plan.restart} ${plan.name}`] : []),
      ...(one !== null && plan.wasRunning && !isUp(one) ? [`docker start ${plan.name}`] : []),
    ]),
  ].join(' && ')
}
