import type { ComposedDependant } from '../../rollout/dependant.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { LeftAlone } from '../target.ts'

/** How to make services again that cannot do without a container which is replaced, by whoever made them. */
export interface Remaking {
  /** Why that would change more than what they live in; null when it would not. Reads only. */
  whyNot(services: readonly ComposedDependant[], signal: AbortSignal): Promise<LeftAlone | null>
  /** What the way back needs where their files are edited meanwhile, for the state file only. */
  capture(services: readonly ComposedDependant[], signal: AbortSignal): Promise<unknown>
  /**
   * They are made again, each of the image that it has. Twice is the same as once.
   * @throws TARGET_START_FAILED, TARGET_CONFLICT, TARGET_FAILED, COMPOSE_*
   */
  remake(rollout: Rollout, how: RemakingHow, signal: AbortSignal): Promise<void>
  /** Names of containers that were replaced for us, by engine id: who lives in one knows it by that alone. */
  namesOfReplaced(): Promise<ReadonlyMap<string, string>>
}

export interface RemakingHow {
  /** Then nothing stands against it: the set has to serve again, as it did. */
  readonly isWayBack: boolean
  /** What `capture` gave; null where nothing was kept. */
  readonly captured: unknown
}
