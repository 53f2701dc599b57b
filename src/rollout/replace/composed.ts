import type { ComposedFacts, InstanceFacts, Reason, ReplaceFacts } from '../facts.ts'
import { policyRestarts } from '../restart-policy.ts'
import type { Rollout } from '../rollout.ts'
import {
  backTriesMax,
  canTry,
  effect,
  goBack,
  hasStarted,
  hasTouchedOld,
  isPaused,
  isUp,
  needsHuman,
  timesFailed,
  type Step,
} from '../step.ts'
import { wasDependantUnwell } from '../unwell.ts'

/** Everything that is made again with what is replaced, plain and Compose's. */
export const membersOf = ({ dependants, composed = [] }: Rollout): readonly { readonly name: string }[] => [
  ...dependants,
  ...composed,
]

/** What a person did to a Compose service of the set before we touched anything; their word stands. */
export function composedTakenOver({ composed = [] }: ReplaceFacts): Reason | null {
  const paused = composed.find(({ instances }) => instances.some(isPaused))
  if (paused !== undefined)
    return { code: 'PAUSED_BY_HAND', sentence: `its dependant ${paused.plan.name} was paused meanwhile` }
  const changed = composed.find(({ plan, instances }) => instances.some((each) => isUp(each) !== plan.wasRunning))
  if (changed === undefined) return null
  const what = changed.plan.wasRunning ? 'stopped' : 'started'
  const sentence = `its dependant ${changed.plan.name} was ${what} meanwhile`
  return { code: `${what.toUpperCase()}_BY_HAND`, sentence }
}

/**
 * J6: Compose has made its services again, beside the new version. They are not stopped before: Compose ends the old
 * containers itself, and until then they can be restarted as they are. Null when they follow.
 */
export function followComposed(rollout: Rollout, { composed = [] }: ReplaceFacts): Step | null {
  const left = composed.find(isLeft)
  if (left === undefined) return null
  const counts = composed.filter(({ plan }) => !wasDependantUnwell(rollout, 'compose', plan.name))
  const ended = timesFailed(rollout, 'up-dependants') === 0 ? undefined : counts.find(hasEnded)
  if (ended !== undefined) {
    const sentence = `its dependant ${ended.plan.name} was made again and did not stay up`
    return goBack(rollout, 'rolled-back', { code: 'GATE_DEPENDANT', sentence }, true)
  }
  if (canTry(rollout, 'up-dependants', upsMax)) return effect(rollout, 'J6', 'up-dependants')
  const sentence = `docker compose up came to its end, and its dependant ${left.plan.name} does not use the new version`
  return goBack(rollout, 'failed', { code: 'NO_EFFECT', sentence })
}

/** The first, and those that ends of the new version and of the engine ask for. */
const upsMax = 6

/** R: Compose has made its services again, beside the old version, where that was not the one that they use. Null when they do. */
export function restoreComposed(rollout: Rollout, { composed = [] }: ReplaceFacts, now: number): Step | null {
  const left = composed.find(isLeft)
  if (left === undefined) return null
  if (canTry(rollout, 'up-old-dependants', backTriesMax)) return effect(rollout, 'R', 'up-old-dependants')
  const [project, service] = left.plan.name.split('/')
  const command = `docker compose -p ${project} up -d --force-recreate ${service}`
  const sentence = `the old version serves, but its dependant ${left.plan.name} could not be made again; run: ${command}`
  return needsHuman(rollout, now, sentence)
}

/** R: somebody made another container under the name that Compose's services mean, so they follow that. */
export function takeComposedAlong(rollout: Rollout, { composed = [] }: ReplaceFacts): Step | null {
  const isTried = !hasTouchedOld(rollout) || !canTry(rollout, 'up-old-dependants', backTriesMax)
  return isTried || !composed.some(isLeft) ? null : effect(rollout, 'R', 'up-old-dependants')
}

/** The containers of Compose's services that have something to prove at the gate of the set. */
export const provingComposed = (rollout: Rollout, { composed = [] }: ReplaceFacts): readonly InstanceFacts[] =>
  composed.flatMap(({ plan, instances }) =>
    plan.wasRunning && !wasDependantUnwell(rollout, 'compose', plan.name)
      ? instances.filter((each) => !isAtRest(each))
      : [],
  )

/** Whether one came as far as running beside the new version, and then ended: Compose fails where others live in it. */
const hasEnded = ({ plan, instances, isFollowing }: ComposedFacts): boolean =>
  plan.wasRunning &&
  isFollowing &&
  instances.some((each) => hasStarted(each) && !isAtRest(each) && (!isUp(each) || each.restarts > 0))

/** Whoever took a service down meant it. */
const isLeft = ({ instances, isFollowing }: ComposedFacts): boolean => instances.length > 0 && !isFollowing

/** A person stopped it, or it ran to its end and is not to be restarted. */
const isAtRest = (instance: InstanceFacts): boolean =>
  instance.status === 'exited' &&
  (instance.stoppedByHand || (hasStarted(instance) && instance.exitCode === 0 && !policyRestarts(instance.restart, 0)))
