import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { InstanceFacts } from '../../rollout/rollout.ts'
import { nameOf } from './dependants.ts'
import { healthBudgetMs } from './health-check.ts'
import { formatRestartPolicy } from './restart-policy.ts'

/** What a container's description says about an instance; what needs more than that is passed in. */
export function readInstance(
  container: ContainerInspect,
  more: Pick<InstanceFacts, 'connected' | 'stoppedByHand'>,
): InstanceFacts {
  const { State, Config, HostConfig } = container
  return {
    id: container.Id,
    name: nameOf(container),
    status: statusOf(container),
    restart: formatRestartPolicy(HostConfig.RestartPolicy),
    image: container.Image,
    exitCode: State.ExitCode ?? 0,
    error: State.Error ?? '',
    health: healthOf(State.Health?.Status),
    probe: null,
    healthBudgetMs: healthBudgetMs(Config.Healthcheck),
    restarts: container.RestartCount,
    startedAt: timeOf(State.StartedAt),
    finishedAt: timeOf(State.FinishedAt),
    ...more,
  }
}

/** `Running` stays true while the engine restarts a container, so `Restarting` is asked first. */
export function statusOf({ State }: ContainerInspect): InstanceFacts['status'] {
  if (State.Restarting) return 'restarting'
  if (State.Paused) return 'paused'
  if (State.Running) return 'running'
  return State.Status === 'created' || State.Status === 'exited' ? State.Status : 'dead'
}

/** What the engine says of a health check; `none` without one. */
export function healthOf(status: string | undefined): InstanceFacts['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : 'none'
}

/** The engine writes year 1 for never. */
const timeOf = (time: string | undefined): string | null =>
  time === undefined || time === '' || time.startsWith('0001-') ? null : time
