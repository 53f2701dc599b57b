import type { EngineDeps } from '../engine/engine-deps.ts'

/** What everything in this folder works with. */
export interface DockerDeps extends EngineDeps {
  /** Engine ids of the instances that our rollouts made, by rollout: asking again would lengthen the gap. */
  readonly newInstances: Map<string, string>
}

/** Id of a workload that is a plain container. */
export const workloadId = (target: string, name: string): string => `${target}/container/${name}`
