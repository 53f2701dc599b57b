import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import { redact } from '../../lib/secret.ts'
import { dueProbe } from '../../rollout/due-probe.ts'
import type { InstanceFacts, Rollout } from '../../rollout/rollout.ts'
import type { EngineDeps } from './engine-deps.ts'
import { hasHealthCheck } from './health-check.ts'
import { askAddress } from './probe-address.ts'
import { askCommand } from './probe-command.ts'

/** The new instance with its probe as its health, where one is due and it has no health check, which knows better. */
export async function withProbe(
  deps: EngineDeps,
  rollout: Rollout,
  container: ContainerInspect,
  instance: InstanceFacts,
  signal: AbortSignal,
): Promise<InstanceFacts> {
  const probe = dueProbe(rollout)
  if (probe === null || instance.status !== 'running' || hasHealthCheck(container.Config.Healthcheck)) return instance
  try {
    const problem =
      probe.kind === 'exec'
        ? await askCommand(deps, container.Id, probe.command, signal)
        : await askAddress(container, rollout.order, probe, signal)
    return { ...instance, health: problem === null ? 'healthy' : 'starting', probe: problem ?? 'it answered' }
  } catch (error) {
    // An engine that is away says nothing about the candidate; what an engine refuses is no answer.
    if (!(error instanceof AppError) || error.code === 'TARGET_UNAVAILABLE' || error.code === 'ABORTED') throw error
    return { ...instance, health: 'starting', probe: redact(error.message) }
  }
}
