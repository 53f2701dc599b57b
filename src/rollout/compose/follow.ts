import { isPart } from '../along-steps.ts'
import type { ComposeFacts } from '../facts.ts'
import { endFollowing, proveFollowed } from '../follow.ts'
import type { Rollout } from '../rollout.ts'
import { effect, end, hasAttempted, hasStarted, isUp, timesAttempted, triesMax, type Step } from '../step.ts'
import { removedByHand, stoppedByHand } from './by-hand.ts'
import { hasFollowed } from './follower.ts'

/**
 * The rollout of a service that lives in a container of another project or of none, which was started again or made anew: Compose makes the same
 * again, and it shows that it runs. There is no other version to go back to, so what fails is told and tried again later.
 */
export function followProvider(rollout: Rollout, facts: ComposeFacts, now: number): Step {
  if (rollout.stage !== 'forward') return endFollowing(rollout, now)
  const instances = [...facts.olds, ...facts.news]
  const [first] = instances.toSorted((one, other) => Number(isUp(one)) - Number(isUp(other)))
  if (first === undefined) return end(rollout, now, { outcome: 'superseded', reason: removedByHand })
  const isTouched = hasAttempted(rollout, 'up')
  // With an error of the engine it was not stopped: it could not be started without the other. One that is brought back
  // may be down since it did not stay up on its way forth, and
  // what a command of ours left down was stopped by nobody.
  const isOurs = isPart(rollout, 'back') || rollout.follows?.isDownByUs === true
  if (!isTouched && !isUp(first) && first.error === '' && !isOurs)
    return end(rollout, now, { outcome: 'superseded', reason: stoppedByHand })
  const isDone = facts.isBehind !== true && instances.every(hasStarted) && facts.followers.every(hasFollowed)
  if (!isDone) {
    if (timesAttempted(rollout, 'up') < triesMax) return effect(rollout, 'J4', 'up')
    const [project, service] = rollout.name.split('/')
    const sentence = `it could not be made again; try: docker compose -p ${project} up -d --force-recreate ${service}`
    return end(rollout, now, { outcome: 'failed', reason: { code: 'NO_EFFECT', sentence } })
  }
  return proveFollowed(rollout, first, stoppedByHand, now)
}
