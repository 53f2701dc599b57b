import type { Outcome, Rollout } from '../../rollout/rollout.ts'

/** Rollouts of one target that ended in one way. */
export interface RolloutCount {
  readonly target: string
  readonly outcome: Outcome
  readonly count: number
}

/** Counts how rollouts end, for people who watch. */
export interface RolloutCounts {
  note(rollout: Pick<Rollout, 'target' | 'outcome'>): void
  /** Since the process began; also what did not happen yet, since only what began at 0 is seen to rise. */
  read(): readonly RolloutCount[]
}

const none: Readonly<Record<Outcome, number>> = {
  succeeded: 0,
  'rolled-back': 0,
  failed: 0,
  superseded: 0,
  abandoned: 0,
  'needs-human': 0,
}

/** None so far. @param targets of the configuration */
export function createRolloutCounts(targets: readonly string[]): RolloutCounts {
  const counts = new Map(targets.map((target) => [target, none]))
  return {
    note({ target, outcome }) {
      if (outcome === null) return
      const before = counts.get(target) ?? none
      counts.set(target, { ...before, [outcome]: before[outcome] + 1 })
    },
    read: () => [...counts].flatMap(([target, ofTarget]) => countsOf(target, ofTarget)),
  }
}

function countsOf(target: string, ofTarget: typeof none): readonly RolloutCount[] {
  // Object.keys gives text, whatever the keys are.
  const outcomes = Object.keys(none) as Outcome[]
  return outcomes.map((outcome) => ({ target, outcome, count: ofTarget[outcome] }))
}
