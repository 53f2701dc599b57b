import type { EngineDeps } from '../engine/engine-deps.ts'

/** What everything in this folder works with. */
export interface SwarmDeps extends Pick<EngineDeps, 'target' | 'engine' | 'clock'> {
  /** What was last found out of the engine's part in a Swarm; not asked again for a while where it has none. */
  readonly role: { kind: 'manager' | 'no-swarm' | 'worker' | 'forbidden' | null; askedAt: number }
}

/** Id of a workload that is a Swarm service. */
export const workloadId = (target: string, name: string): string => `${target}/swarm/${name}`
