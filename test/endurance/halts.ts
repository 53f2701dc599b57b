import type { Draw } from '../e2e/option-draw.ts'
import type { Way } from './tally.ts'
import type { Halt, Halted } from './kill-child.ts'
import type { Manner } from './member.ts'

/** Draws the moments at which rollouts stand still, each as likely as any other. */
export interface Halts {
  draw(way: Way, manner: Manner): Halt
  /** From a rollout that came to its end before its moment: that is how many there are. */
  learn(way: Way, manner: Manner, halted: Halted): void
}

/** How many moments are drawn from as long as no rollout has shown how many there are. */
const usualLengths: Readonly<Record<Way, number>> = { rollout: 24, rollback: 10, 'rollback by hand': 24 }

export function createHalts(draw: Draw): Halts {
  const lengths = new Map<string, number>()
  return {
    draw(way, manner) {
      const at = 1 + draw(lengths.get(`${way} ${manner}`) ?? usualLengths[way])
      return { part: way === 'rollback' ? 'way back' : 'any', at }
    },
    learn(way, manner, { count, isEnd }) {
      const key = `${way} ${manner}`
      if (isEnd) lengths.set(key, Math.max(count, lengths.get(key) ?? 1))
    },
  }
}
