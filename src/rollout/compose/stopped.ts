import type { ComposeFacts, InstanceFacts, Reason } from '../facts.ts'
import { startedMeanwhile } from '../left-stopped.ts'
import type { Rollout } from '../rollout.ts'
import { isUp } from '../step.ts'
import { isAllStopped, ranBefore } from './ran-before.ts'

/** What a person did to an old version that does not run in whole, before we touched it; their word stands. */
export function takenOverStopped(rollout: Rollout, olds: readonly InstanceFacts[]): Reason | null {
  if (runsMore(rollout, olds)) return startedMeanwhile
  return olds.filter(isUp).length < ranBefore(rollout) ? stoppedMeanwhile : null
}

export const stoppedMeanwhile: Reason = { code: 'STOPPED_BY_HAND', sentence: 'it was stopped meanwhile' }

/** Whether somebody has started the old version since: nothing of ours does while it is rolled out. */
export const wasStarted = (rollout: Rollout, { olds }: Pick<ComposeFacts, 'olds'>): boolean =>
  isAllStopped(rollout) && olds.some(isUp)

/** Whether of the old version as many run as before. */
export const runsAsBefore = (rollout: Rollout, olds: readonly InstanceFacts[]): boolean =>
  rollout.stopped === null ? olds.every(isUp) : olds.filter(isUp).length >= ranBefore(rollout)

/** Whether of the old version more run than before: somebody has started them. */
export const runsMore = (rollout: Rollout, olds: readonly InstanceFacts[]): boolean =>
  olds.filter(isUp).length > ranBefore(rollout)
