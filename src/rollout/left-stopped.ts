import type { Reason } from './facts.ts'
import type { Rollout } from './rollout.ts'

/** What becomes of an old version that does not run, or not in whole; null for one that runs. */
export type Stopped = Rollout['stopped']

/** Whether the new version is not meant to run either, so that nothing about it can be proven but its image. */
export const isLeftStopped = ({ stopped }: Pick<Rollout, 'stopped'>): boolean => stopped === 'update'

/** A person's word before we touched it: what was planned was for a version that does not run. */
export const startedMeanwhile: Reason = { code: 'STARTED_BY_HAND', sentence: 'it was started meanwhile' }

export const leftStopped: Reason = {
  code: 'LEFT_STOPPED',
  sentence: 'it did not run, so it was replaced and left stopped; nothing but its image could be checked',
}
