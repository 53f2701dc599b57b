import type { ContainerInspect } from '../../clients/docker/shapes.ts'

/** What the engine gives a container that says nothing, in seconds. */
const stopTimeoutDefault = 10
/** For one that asks to be waited for without end. */
const stopTimeoutMax = 60 * 60

/** How long stopping a container may take, in milliseconds: what it asks for, and time for the engine itself. */
export function stopLimitMs({ Config }: Pick<ContainerInspect, 'Config'>): number {
  const asked = Config.StopTimeout ?? stopTimeoutDefault
  const seconds = asked < 0 ? stopTimeoutMax : Math.min(asked, stopTimeoutMax)
  return (seconds + 30) * 1000
}
