import type { Engine } from '../../clients/docker/engine.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Inspections } from './inspections.ts'
import type { SelfHints } from './self.ts'

/** What everything in this folder works with. */
export interface DockerDeps {
  /** Name of the target. */
  readonly target: string
  readonly engine: Engine
  readonly inspections: Inspections
  /** Engine ids of the instances that our rollouts made, by rollout: asking again would lengthen the gap. */
  readonly newInstances: Map<string, string>
  /** Commands of probes that had not ended in time, by container: each waits for the one before. */
  readonly lateCommands: Map<string, string>
  readonly self: SelfHints
  readonly clock: Clock
}

/** Id of a workload that is a plain container. */
export const workloadId = (target: string, name: string): string => `${target}/container/${name}`
