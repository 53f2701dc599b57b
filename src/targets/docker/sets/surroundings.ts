import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import type { RelationsOf } from './relations.ts'

/** What the sets of an engine are read from. */
export interface Surroundings {
  /** The containers of the engine that use others, without those that rollouts keep beside others. */
  readonly users: readonly ContainerInspect[]
  readonly relationsOf: RelationsOf
  /** Why a container is not ours to make again, as the end of a sentence that begins with its name; null when it is. */
  readonly whyNotOurs: (container: ContainerInspect) => string | null
  /** Whether one that is down is to run all the same, since nobody stopped it. */
  readonly isMeantToRun: (container: ContainerInspect) => boolean
  /** `project/service` of a container that Compose made; null for any other. */
  readonly serviceOf: (container: ContainerInspect) => string | null
}
