import type { Rollout } from '../rollout.ts'

/** Instances of both versions together, while they are exchanged one by one. */
export const mostBeside = ({ order, scale }: Pick<Rollout, 'order' | 'scale'>): number =>
  order === 'start-first' ? scale + 1 : scale
