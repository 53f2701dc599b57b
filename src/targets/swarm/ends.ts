import type { Service } from '../../clients/docker/services.ts'
import type { SwarmNode, Task } from '../../clients/docker/tasks.ts'
import { startFailureCode } from '../engine/start-failure.ts'

/**
 * When a service was told what it says, by the manager's clock. A write clears the status of the update before it, and
 * the next begins a moment later, or never where no task has to be exchanged. A job counts its starts instead.
 */
export const toldAtOf = ({ iteration, update, updatedAt }: Service): string =>
  iteration === null ? (update?.startedAt ?? updatedAt) : ''

/** Whether a task has come to the end that it was made for, since the service was told what it runs. */
export const isDone = (service: Service, { state, createdAt }: Task): boolean =>
  state === 'complete' && !service.restartsCompleted && createdAt >= toldAtOf(service)

/** Whether a task ended otherwise than it was meant to, by no doing of its machine, and was made since then. */
export const isEndSince = (service: Service, task: Task, nodes: readonly SwarmNode[], since: string): boolean =>
  (task.state === 'failed' || task.state === 'rejected' || task.state === 'complete') &&
  !isDone(service, task) &&
  !hasLostItsNode(task, nodes) &&
  task.createdAt >= since

/** Whether the version itself came to that end: what its machine could not pull, make or start says nothing about it. */
export function isOwnEnd({ state, message }: Task): boolean {
  if (state === 'complete') return true
  const isOfStart = state === 'rejected' || message.startsWith('starting container failed')
  return !isOfStart || startFailureCode(message) === 'TARGET_START_FAILED'
}

/** Ends of tasks that are forgiven a candidate, as of a container: one that meets a race at its start gets over it. */
const forgivenMin = 2

/** As many ends as its owner lets pass in an update of so many tasks. */
export const forgivenOf = ({ updating }: Pick<Service, 'updating'>, wanted: number): number =>
  Math.max(forgivenMin, Math.floor(updating.maxFailureRatio * wanted))

/**
 * Whether the machine of a task came, went or was told something since the task was made. One that comes back reports
 * as failed what it lost; what fails there afterwards was made afterwards.
 */
const hasLostItsNode = (task: Task, nodes: readonly SwarmNode[]): boolean =>
  nodes.some(({ id, changedAt }) => id === task.node && changedAt > task.createdAt)
