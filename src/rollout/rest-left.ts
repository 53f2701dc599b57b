import { backWaitLeftMs } from './back-wait.ts'
import { waitLeftMs } from './registry-wait.ts'
import type { Rollout } from './rollout.ts'

/** Milliseconds until an open rollout has something to do again; 0 for one that waits for nothing. */
export const restLeftMs = (rollout: Pick<Rollout, 'stage' | 'registryWait' | 'backWait'>, now: number): number =>
  Math.max(waitLeftMs(rollout, now), backWaitLeftMs(rollout, now))
