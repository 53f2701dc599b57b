import type { Engine } from '../../clients/docker/engine.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Turns } from '../../lib/in-turn.ts'
import type { Inspections } from './inspections.ts'
import type { SelfHints } from './self.ts'

/** One Docker engine as every target on it works with it. */
export interface EngineDeps {
  /** Name of the target, which begins the ids of its workloads. */
  readonly target: string
  /** Its address, as in `DOCKER_HOST`. */
  readonly host: string
  readonly engine: Engine
  readonly inspections: Inspections
  /** Commands of probes that had not ended in time, by container: each waits for the one before. */
  readonly lateCommands: Map<string, string>
  /** Pulls, by what is pulled: who comes while another pulls it waits, and then finds it there. */
  readonly pulls: Turns
  readonly self: SelfHints
  readonly clock: Clock
}
