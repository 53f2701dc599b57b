import type { ContainerSummary } from '../../src/clients/docker/containers.ts'
import type { ContainerInspect, HostConfig } from '../../src/clients/docker/shapes.ts'
import { container } from './inspect.ts'

interface Given {
  readonly host?: HostConfig
  /** Seconds after midnight; null for one that does not run. */
  readonly started?: number | null
  readonly error?: string
  readonly mounts?: readonly { readonly Name: string; readonly Destination: string }[]
}

/** A container whose engine id is `<name>-id`. */
export function containerOf(
  name: string,
  { host = {}, started = 0, error = '', mounts = [] }: Given = {},
): ContainerInspect {
  const base = container({ HostConfig: host, Mounts: mounts.map((each) => ({ ...each, Source: each.Name })) })
  const isRunning = started !== null
  const StartedAt = new Date(Date.UTC(2026, 0, 1, 0, 0, started ?? 0)).toISOString()
  const Status = isRunning ? 'running' : 'exited'
  return {
    ...base,
    Id: `${name}-id`,
    Name: `/${name}`,
    State: { ...base.State, Status, Running: isRunning, StartedAt, Error: error, ExitCode: isRunning ? 0 : 137 },
  }
}

/** The same container as the engine lists it. */
export function summaryOf({ Id, Name, Image, Config, State }: ContainerInspect): ContainerSummary {
  return {
    id: Id,
    name: Name.slice(1),
    image: Config.Image,
    imageId: Image,
    labels: Config.Labels ?? {},
    state: State.Status,
  }
}
