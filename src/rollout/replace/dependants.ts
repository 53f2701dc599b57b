import type { DependantFacts, Reason, ReplaceFacts } from '../facts.ts'
import { previousName } from '../names.ts'
import { policyRestarts } from '../restart-policy.ts'
import type { EffectKind, Rollout } from '../rollout.ts'
import {
  backTriesMax,
  canTry,
  effect,
  goBack,
  hasAttempted,
  hasStarted,
  hasTouchedOld,
  isPaused,
  isUp,
  must,
  needsHuman,
  timesAttempted,
  timesFailed,
  triesMax,
  type Step,
} from '../step.ts'
import { wasDependantUnwell } from '../unwell.ts'

/** What a person or another tool did to a dependant before we touched anything; their word stands. */
export function dependantsTakenOver({ dependants = [] }: Pick<ReplaceFacts, 'dependants'>): Reason | null {
  for (const { plan, old } of dependants) {
    const its = `its dependant ${plan.name}`
    if (old === null) return byHand('REMOVED_BY_HAND', `${its} was removed meanwhile`)
    if (old.name !== plan.name) return byHand('RENAMED_BY_HAND', `${its} was renamed to ${old.name} meanwhile`)
    if (isPaused(old)) return byHand('PAUSED_BY_HAND', `${its} was paused meanwhile`)
    if (isUp(old) !== (plan.wasRunning && plan.isDown !== true)) {
      const what = isUp(old) ? 'started' : 'stopped'
      return byHand(`${what.toUpperCase()}_BY_HAND`, `${its} was ${what} meanwhile`)
    }
  }
  return null
}

/** J3: the new dependants are there, beside the old ones and not started. Null when they are. */
export function createDependants(rollout: Rollout, { dependants = [] }: ReplaceFacts): Step | null {
  const missing = dependants.find((each) => each.new === null)
  if (missing === undefined) return null
  if (timesAttempted(rollout, 'create-dependants') >= triesMax) return goBack(rollout, 'superseded', removed(missing))
  return effect(rollout, 'J3', 'create-dependants')
}

/** J4: the old dependants end before what they live in does. Null when they have. */
export function stopDependants(rollout: Rollout, { dependants = [] }: ReplaceFacts): Step | null {
  if (dependants.some(({ old }) => old !== null && old.restart !== 'no')) {
    return effect(rollout, 'J4', 'disarm-dependants')
  }
  return dependants.some(({ old }) => old !== null && isUp(old)) ? effect(rollout, 'J4', 'stop-dependants') : null
}

/** J5: the new dependants have the names. Null when they have. */
export function renameDependants(rollout: Rollout, { dependants = [] }: ReplaceFacts): Step | null {
  const isDone = dependants.every(
    (each) => each.old?.name !== each.plan.name && (each.new === null || each.new.name === each.plan.name),
  )
  return isDone ? null : effect(rollout, 'J5', 'rename-dependants')
}

/** J6: the new dependants run, in order, after what they live in. Null when they do, or did and ended. */
export function startDependants(rollout: Rollout, { dependants = [] }: ReplaceFacts): Step | null {
  const missing = dependants.find((each) => each.new === null)
  if (missing !== undefined) return goBack(rollout, 'superseded', removed(missing))
  const revived = dependants.find(({ old }) => old !== null && isUp(old))
  if (revived !== undefined) {
    const sentence = `the old instance of its dependant ${revived.plan.name} was started by hand meanwhile`
    return goBack(rollout, 'superseded', byHand('STARTED_BY_HAND', sentence))
  }
  const isAnyDown = dependants.some((each) => each.plan.wasRunning && needsStart(rollout, each))
  return isAnyDown && canTry(rollout, 'start-dependants', startsMax) ? effect(rollout, 'J6', 'start-dependants') : null
}

/** The first start, one more for each end that is forgiven, and what restarts of the engine ask for. */
const startsMax = 6

/**
 * Whether it was never started, lives in a run that is over, or ended where its owner's policy starts it again. What
 * ended over and over before is left to that policy.
 */
function needsStart(rollout: Rollout, { plan, new: fresh, isBehind }: DependantFacts): boolean {
  if (fresh === null || fresh.stoppedByHand) return false
  // What was down before may have a reason of its own: one try is no other's last.
  if (plan.isDown === true && hasAttempted(rollout, 'start-dependants')) return false
  if (!hasStarted(fresh) || isBehind) return true
  if (wasDependantUnwell(rollout, 'container', plan.name)) return false
  return !isUp(fresh) && policyRestarts(plan.restart, fresh.exitCode)
}

/**
 * J8: what was not well before and has ended is started once more, now that it has its policy: the engine goes on with
 * it from there, as it did before. Null when it has been.
 */
export function leaveUnwell(rollout: Rollout, { dependants = [] }: ReplaceFacts): Step | null {
  const { attempted } = rollout
  if (attempted.lastIndexOf('start-dependants') > attempted.lastIndexOf('arm-dependants')) return null
  const isLeft = dependants.some(
    ({ plan, new: fresh }) =>
      fresh !== null &&
      plan.wasRunning &&
      wasDependantUnwell(rollout, 'container', plan.name) &&
      !isUp(fresh) &&
      !fresh.stoppedByHand &&
      policyRestarts(plan.restart, fresh.exitCode),
  )
  return isLeft ? effect(rollout, 'J8', 'start-dependants') : null
}

/** J8: the new dependants have their restart policies, before what they depend on has its own. Null when they have. */
export function armDependants(rollout: Rollout, { dependants = [] }: ReplaceFacts): Step | null {
  const isDone = dependants.every((each) => each.new === null || each.new.restart === each.plan.restart)
  return isDone ? null : effect(rollout, 'J8', 'arm-dependants')
}

/** J8, later: the old dependants go before what they refer to. Null when none of ours is left. */
export function removeOldDependants(rollout: Rollout, { dependants = [] }: ReplaceFacts): Step | null {
  const isLeft = dependants.some(isReplaced)
  const canRemove = canTry(rollout, 'remove-old-dependants', backTriesMax)
  return isLeft && canRemove ? effect(rollout, 'J8', 'remove-old-dependants') : null
}

/** Started by hand, or renamed: somebody wants it. Without the new one no label proves that it was replaced (I8). */
const isReplaced = ({ plan, old, new: fresh }: DependantFacts): boolean =>
  old !== null && fresh !== null && !isUp(old) && old.name === previousName(plan.name)

/** R: the old dependants have their restart policies again. Null when they have. */
export function armOldDependants(
  rollout: Rollout,
  { dependants = [] }: Pick<ReplaceFacts, 'dependants'>,
  now: number,
): Step | null {
  const own = dependants.filter((each) => !heldByStranger(each))
  const left = own.filter(({ plan, old }) => old !== null && old.restart !== plan.restart)
  const commands = left.map(({ plan }) => `docker update --restart ${plan.restart} ${plan.name}`)
  return left.length === 0 ? null : must(rollout, 'arm-old-dependants', now, commands.join(' && '))
}

/** R: the old dependants run again, in order, after the old version of what they live in. Null when they do. */
export function restoreDependants(rollout: Rollout, { dependants = [] }: ReplaceFacts, now: number): Step | null {
  const arming = armOldDependants(rollout, { dependants }, now)
  if (arming !== null) return arming
  const own = dependants.filter((each) => !heldByStranger(each))
  if (own.some(isOldDown) && canTry(rollout, 'start-old-dependants', backTriesMax)) {
    return effect(rollout, 'R', 'start-old-dependants')
  }
  // What was down before anything was touched may have a reason of its own.
  const down = own.find((each) => isOldDown(each) && each.plan.isDown !== true)
  if (down === undefined) return null
  // It may end by itself, as a job does: what counts is that it was started.
  if (down.old !== null && hasStarted(down.old) && down.old.exitCode === 0 && !down.isBehind) return null
  const name = down.plan.name
  return needsHuman(
    rollout,
    now,
    `the old version serves, but its dependant ${name} could not be started again; try: docker start ${name}`,
  )
}

const isOldDown = ({ plan, old, isBehind }: DependantFacts): boolean =>
  plan.wasRunning && old !== null && (!isUp(old) || isBehind)

/**
 * R: what they depended on does not come back, by somebody's hand. They are armed again, and those run that can without
 * it; whoever has its name by then is followed by the others. Null when there is nothing left to try.
 */
export function releaseDependants(rollout: Rollout, { dependants = [] }: ReplaceFacts): Step | null {
  if (!hasTouchedOld(rollout)) return null
  const own = dependants.filter((each) => !heldByStranger(each))
  const isArmed = own.every(({ plan, old }) => old === null || old.restart === plan.restart)
  if (!isArmed && canTry(rollout, 'arm-old-dependants', backTriesMax)) return effect(rollout, 'R', 'arm-old-dependants')
  const isAnyDown = own.some(({ plan, old }) => plan.wasRunning && old !== null && !isUp(old))
  // One that the engine refuses lives in what is gone; only a kill of ours asks for another try.
  const canStart = timesFailed(rollout, 'start-old-dependants') === 0
  return isAnyDown && canStart && canTry(rollout, 'start-old-dependants', backTriesMax)
    ? effect(rollout, 'R', 'start-old-dependants')
    : null
}

/** R: our traces go. Null when they have. */
export function removeNewDependants(rollout: Rollout, { dependants = [] }: ReplaceFacts): Step | null {
  const isLeft = dependants.some((each) => each.new !== null) && canTry(rollout, 'remove-new-dependants', backTriesMax)
  return isLeft ? effect(rollout, 'R', 'remove-new-dependants') : null
}

/** What the target will show of the dependants after an effect that succeeded; null where only a look can tell. */
export function foreseeDependants(facts: ReplaceFacts, kind: EffectKind): ReplaceFacts | null {
  const { dependants = [] } = facts
  const eachOld = (patch: (each: DependantFacts) => Partial<NonNullable<DependantFacts['old']>>) =>
    dependants.map((each) => ({ ...each, old: each.old && { ...each.old, ...patch(each) } }))
  switch (kind) {
    case 'disarm-dependants':
      return { ...facts, dependants: eachOld(() => ({ restart: 'no' })) }
    case 'stop-dependants':
      return { ...facts, dependants: eachOld(({ old }) => (old && isUp(old) ? { status: 'exited' } : {})) }
    case 'rename-dependants':
      return {
        ...facts,
        dependants: eachOld(({ plan }) => ({ name: previousName(plan.name) })).map((each) => ({
          ...each,
          new: each.new && { ...each.new, name: each.plan.name },
          nameHolder: each.new?.id ?? null,
        })),
      }
    default:
      return null
  }
}

/** Milliseconds during which not the whole set ran, by the engine's own clock; null while that is not known. */
export function gapOfSet(gapMs: number | null, { old: provider, dependants = [], composed = [] }: ReplaceFacts) {
  // Compose removes what it replaces, and with the container that it lived in it was down already.
  const ofCompose = composed
    .filter(({ plan }) => plan.wasRunning)
    .flatMap(({ instances }) => instances.map((fresh) => ({ old: provider, new: fresh })))
  return [...dependants.filter(({ plan }) => plan.wasRunning), ...ofCompose].reduce<number | null>(
    (longest, { old, new: fresh }) => {
      if (longest === null || old?.finishedAt == null || fresh?.startedAt == null) return null
      return Math.max(longest, Date.parse(fresh.startedAt) - Date.parse(old.finishedAt))
    },
    gapMs,
  )
}

/** Whether a container that is neither instance has the name of both. */
export function heldByStranger({
  nameHolder,
  old,
  new: fresh,
}: Pick<ReplaceFacts, 'nameHolder' | 'old' | 'new'>): boolean {
  return nameHolder !== null && nameHolder !== old?.id && nameHolder !== fresh?.id
}

const byHand = (code: string, sentence: string): Reason => ({ code, sentence })

const removed = ({ plan }: DependantFacts): Reason =>
  byHand('REMOVED_BY_HAND', `the new instance of its dependant ${plan.name} was removed meanwhile`)
