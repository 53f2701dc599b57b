/** What containers go through in a round: forward, and back by itself or by a person's word. */
export type Way = 'rollout' | 'rollback' | 'rollback by hand'

/** What has happened so far, and what was lost by it. */
export interface Tally {
  readonly counts: Record<Way, number>
  /** How often a process was killed at a moment of a journal (`J4 stop-old after`), by way. */
  readonly kills: Readonly<Record<Way, Map<string, number>>>
  /** Passes that it took until all was well again after a kill, the most. */
  passesMax: number
  /** One sentence each. */
  readonly losses: string[]
}

export const createTally = (): Tally => ({
  counts: { rollout: 0, rollback: 0, 'rollback by hand': 0 },
  kills: { rollout: new Map(), rollback: new Map(), 'rollback by hand': new Map() },
  passesMax: 0,
  losses: [],
})

/** Counts a rollout or a rollback that was killed at a moment. */
export function countKill({ counts, kills }: Tally, way: Way, moment: string): void {
  counts[way] += 1
  kills[way].set(moment, (kills[way].get(moment) ?? 0) + 1)
}
