import type { ImageHealth } from './image-health.ts'
import type { Rollout } from './rollout.ts'

/** What a target can do where an orchestrator runs its workloads; absent of others. */
export interface Orchestrating {
  /** Why it shows none of its workloads, though it may well have some; null while it shows them. */
  outOfSight?(): string | null

  /**
   * What an image brings of a health check, by its configuration document in the registry. Absent where the engine that
   * is asked has every image that its workloads run; elsewhere only the registry can tell.
   */
  readImageHealth?(imageConfig: unknown): ImageHealth

  /** Removes what is left on its machine of instances that ended, of versions that a workload runs no more. */
  removeEnded?(rollout: Rollout, signal: AbortSignal): Promise<void>
}
