import { isAllStopped } from '../../rollout/compose/ran-before.ts'
import type { Rollout } from '../../rollout/rollout.ts'

/** Names of the followers that are made again and not started, as the rollout stands. */
export function leftDown(rollout: Rollout): readonly string[] {
  const { stopped = [], cutOff = [] } = rollout.definition ?? {}
  // What lives in one that does not run cannot run either.
  return rollout.stage === 'back' && isAllStopped(rollout) ? [...stopped, ...cutOff] : stopped
}
