import type { Rollout } from '../../rollout/rollout.ts'

/** What an open rollout has to do with others that follow it, or whom it follows, as the end of a sentence; empty for nothing. */
export function alongInWords({ attempted, partOf }: Pick<Rollout, 'attempted' | 'partOf'>): string {
  const latest = attempted.at(-1)
  if (latest === 'bring-along') return '; what lives in its set follows it now'
  if (latest === 'bring-along-back') return '; what lives in its set goes back with it now'
  return partOf === undefined ? '' : '; it goes along with the rollout of what it lives in'
}
