import type { Follower } from '../facts.ts'
import { policyRestarts } from '../restart-policy.ts'
import { hasStarted, isUp } from '../step.ts'

/** Whether it lives in an instance that is there, and was started; killed in the middle, Compose leaves it only created. */
export const hasFollowed = ({ instance, isFollowing, isLeftStopped = false }: Follower): boolean =>
  isFollowing && (isLeftStopped || hasStarted(instance))

/** Whether it runs, or rests as its owner wants: they stopped it, or it ran to its end and is not to be restarted. */
export function isAsMeant({ instance, isLeftStopped = false }: Follower): boolean {
  if (isLeftStopped) return true
  const { exitCode, restart, stoppedByHand } = instance
  return isUp(instance) || stoppedByHand || (exitCode === 0 && hasStarted(instance) && !policyRestarts(restart, 0))
}
