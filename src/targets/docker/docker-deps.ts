import type { EngineDeps } from '../engine/engine-deps.ts'
import type { Remaking } from '../engine/remaking.ts'
import type { EnsuredContainer } from './ensured/ensured-container.ts'

/** What everything in this folder works with. */
export interface DockerDeps extends EngineDeps {
  /** Engine ids of the instances that our rollouts made, by rollout: asking again would lengthen the gap. */
  readonly newInstances: Map<string, string>
  /** Names of containers that others use, by engine id: when one is gone, only its id is left of it. */
  readonly providerNames: Map<string, string>
  /** What instances that remove themselves printed when they were last looked at, by engine id. */
  readonly lastWords: Map<string, string>
  /** Makes Compose services again that live in containers of ours; null where nothing can. */
  readonly remaking: Remaking | null
  /** Whether a restart of ours ended a run of a container, which then did not start again. */
  readonly wasEndedByUs: WasEndedByUs
  /** Containers that are to exist on this engine. */
  readonly ensured: readonly EnsuredContainer[]
}

/** @param run when it began, as the engine tells it */
export type WasEndedByUs = (workload: string, instance: string, run: string) => Promise<boolean>

/** Id of a workload that is a plain container. */
export const workloadId = (target: string, name: string): string => `${target}/container/${name}`
