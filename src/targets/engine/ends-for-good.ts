import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { policyRestarts } from '../../rollout/restart-policy.ts'
import type { Dependency } from './dependants.ts'
import { formatRestartPolicy } from './restart-policy.ts'

/** What the kernel ends with the processes that it lives among. */
const killed = 137

/**
 * Why a container that runs could not follow another by itself, as the end of a sentence; null where it could. Whoever
 * lives among the processes of another is killed with it, and without a restart policy looks as if a person had
 * stopped it, whose word stands; and so does whoever lives in it in turn.
 *
 * @param isUsed whether others are made again with it, for which it has to run
 */
export function endsForGood(
  { State, HostConfig }: Pick<ContainerInspect, 'State' | 'HostConfig'>,
  dependencies: readonly Pick<Dependency, 'by'>[],
  isUsed: boolean,
): string | null {
  if (!State.Running || !dependencies.some(({ by }) => by === 'processes')) return null
  const why = 'it lives among the processes of a Compose service and ends with them'
  if (isUsed) return `${why}, and others live in it; do it by hand`
  if (policyRestarts(formatRestartPolicy(HostConfig.RestartPolicy), killed)) return null
  return `${why}; give it a restart policy (docker update --restart unless-stopped), and it follows`
}
