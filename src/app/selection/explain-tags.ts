import type { Digest } from '../../image/digest.ts'
import type { Platform } from '../../image/platform.ts'
import {
  verdicts,
  type Candidate,
  type Judged,
  type Policy,
  type Selection,
  type Stage,
} from '../../policies/policy.ts'
import { startBudget } from '../../lib/budget.ts'

export type { Policy } from '../../policies/policy.ts'

/** What to choose among, and for whom. */
export interface Question {
  readonly candidates: readonly Candidate[]
  readonly current: string | null
  readonly platform: Platform | null
  readonly now: number
}

/** A choice, with what became of every tag on the way to it. */
export interface Explanation {
  readonly policy: string
  readonly selected: { readonly tag: string; readonly digest: Digest | null } | null
  readonly code: string
  readonly reason: string
  /** Every tag once, the best first. */
  readonly candidates: readonly Judged[]
  /** How many tags each stage dropped, in the order of the stages; only those that dropped some. */
  readonly dropped: readonly { readonly stage: Stage; readonly count: number }[]
}

/**
 * What a policy chooses and why.
 * @throws CLI_USAGE when a policy that follows the current tag is asked without one
 */
export function explainTags(policy: Policy, question: Question): Explanation {
  return toExplanation(policy, policy.select(question.candidates, selectionContext(question)))
}

/** Matching patterns may take this long: then no list of tags and no pattern can hang us. */
const matchingMaxMs = 60

export const selectionContext = ({ current, platform, now }: Omit<Question, 'candidates'>) => ({
  current,
  platform,
  now,
  quarantined: new Set<Digest>(),
  list: 'whole' as const,
  isSpent: startBudget(matchingMaxMs),
})

/** Puts a selection into words and numbers. */
export function toExplanation({ spec }: Policy, { chosen, code, sentence, judge }: Selection): Explanation {
  const candidates = judge()
  const counts = Map.groupBy(candidates, ({ verdict }) => verdicts[verdict])
  const stages = [...new Set(Object.values(verdicts))].filter((stage) => stage !== 'choice')
  return {
    policy: spec.text,
    selected: chosen === null ? null : { tag: chosen.tag, digest: chosen.digest },
    code,
    reason: sentence,
    candidates,
    dropped: stages.flatMap((stage) => {
      const count = counts.get(stage)?.length ?? 0
      return count === 0 ? [] : [{ stage, count }]
    }),
  }
}
