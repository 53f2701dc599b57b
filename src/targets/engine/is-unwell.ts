import type { ContainerInspect } from '../../clients/docker/shapes.ts'

/** What the engine started again this often, and that has not run for longer, goes on ending. */
const loopsMin = 3
const shortRunMs = 10_000

/**
 * Whether a container that is meant to run is not well as it is: its health check fails, or it ends over and over. Not so
 * one that is still starting, or does not run.
 * @param now milliseconds since the epoch
 */
export function isUnwell({ State, RestartCount }: Pick<ContainerInspect, 'State' | 'RestartCount'>, now: number) {
  if (State.Restarting) return true
  if (!State.Running || State.Paused) return false
  const hasJustStarted = now - Date.parse(State.StartedAt) < shortRunMs
  return State.Health?.Status === 'unhealthy' || (RestartCount >= loopsMin && hasJustStarted)
}
