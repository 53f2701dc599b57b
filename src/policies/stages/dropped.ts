import type { Verdict } from '../policy.ts'

/** Why a tag goes no further. */
export interface Dropped {
  readonly verdict: Verdict
  readonly reason: string
}

export const drop = (verdict: Verdict, reason: string): Dropped => ({ verdict, reason })
