import type { WatchedWorkload } from '../workloads/watched-workloads.ts'
import { isAskedByHand } from '../brake/asked-by-hand.ts'

/**
 * Key of work on a rollout that is open already: what may be between two versions, since a process died, waits for no
 * other's gate.
 */
export const openKey = (workload: string): string => `open:${workload}`

/**
 * Key of a rollout that is to begin. Those under `rollout:` share the places of their target; what a person asked for
 * waits for none.
 */
export function beginKey(watched: WatchedWorkload): string {
  const { id } = watched.workload
  const isAsked = watched.kind === 'watchable' && isAskedByHand(watched)
  return isAsked ? `word:${id}` : `rollout:${id}`
}
