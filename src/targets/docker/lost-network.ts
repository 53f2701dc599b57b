import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import type { InstanceFacts } from '../../rollout/facts.ts'
import { networkNames } from '../engine/carry-over-networks.ts'
import type { DockerDeps } from './docker-deps.ts'
import { networksIn, settingsPrint } from './settings-print.ts'

/**
 * What a container has now that others are made from, beside what it had. One that is off a network that still exists was
 * taken off it, and is to be; where the network is gone nobody said so.
 *
 * @param former its print as the rollout remembers it
 */
export async function settingsSince(
  { engine }: Pick<DockerDeps, 'engine'>,
  container: ContainerInspect,
  former: string | undefined,
  signal: AbortSignal,
): Promise<Pick<InstanceFacts, 'settings' | 'lostNetwork'>> {
  const settings = settingsPrint(container)
  const present = networkNames(container)
  for (const { name, id } of networksIn(former ?? '')) {
    if (present.includes(name)) continue
    // By its id: another that was made under its name since is not the one that it was taken off.
    const exists = await engine.hasNetwork(id || name, signal).catch((error: unknown) => {
      // What cannot be known is for a person to say.
      if (error instanceof AppError && error.code === 'TARGET_FORBIDDEN') return false
      throw error
    })
    if (!exists) return { settings, lostNetwork: name }
  }
  return { settings }
}
