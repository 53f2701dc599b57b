import type { Rollout } from '../rollout.ts'

type Planned = Pick<Rollout, 'stopped' | 'follows' | 'scale' | 'ranBefore'>

/** Instances that ran when a rollout was planned, and that are to run again where it goes back. */
export const ranBefore = ({ stopped, follows, scale, ranBefore: some = 0 }: Planned): number =>
  // What follows another is to run, however that had left it.
  stopped === null || follows !== null ? scale : some

/** Whether none did, and a person means it to stay so for now. */
export const isAllStopped = (rollout: Planned): boolean => ranBefore(rollout) === 0
