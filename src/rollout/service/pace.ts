import type { ServiceFacts } from '../facts.ts'

/**
 * How long an instance may take to be pulled for and started, in milliseconds. Nobody tells how far a node has come
 * with a pull, and to cut it off would be to begin it again; what hangs must not hold up a rollout for good.
 */
const startingMaxMs = 15 * 60_000

/** What a step of a service takes beyond the deadline of its gate, in milliseconds. */
export const paceOf = ({ paceMs, isStarting }: ServiceFacts): number => paceMs + (isStarting ? startingMaxMs : 0)
