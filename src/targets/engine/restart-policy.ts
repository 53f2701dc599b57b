import type { EngineRestartPolicy } from '../../clients/docker/shapes.ts'
import type { RestartPolicy } from '../../rollout/restart-policy.ts'

/** The engine's restart policy as text. */
export function formatRestartPolicy(policy: EngineRestartPolicy | null | undefined): RestartPolicy {
  const name = policy?.Name || 'no'
  const retries = policy?.MaximumRetryCount ?? 0
  return name === 'on-failure' && retries > 0 ? `on-failure:${retries}` : name
}

export function parseRestartPolicy(text: RestartPolicy): EngineRestartPolicy {
  const [name = 'no', retries] = text.split(':')
  return { Name: name, MaximumRetryCount: retries === undefined ? 0 : Number(retries) }
}
