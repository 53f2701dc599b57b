import type { Digest } from '../../image/digest.ts'
import type { Platform } from '../../image/platform.ts'
import { verdicts, type Candidate, type Judged, type Policy } from '../../policies/policy.ts'
import { createBudget, startBudget } from '../../lib/budget.ts'
import type { TagChoice } from './choose-tag.ts'
import { choosingMaxMs, rankingMs } from './costs.ts'
import type { Reason } from '../../rollout/facts.ts'

export type { Policy } from '../../policies/policy.ts'

/** What to choose among, and for whom. */
export interface Question {
  readonly candidates: readonly Candidate[]
  readonly current: string | null
  readonly platform: Platform | null
  readonly now: number
  /** Digests that are not to be chosen; none where left out. */
  readonly quarantined?: ReadonlySet<Digest>
}

/** A choice, with what became of every tag on the way to it. */
export interface Explanation {
  readonly policy: string
  readonly selected: { readonly tag: string; readonly digest: Digest | null } | null
  readonly code: string
  readonly reason: string
  /** Every tag once, the best first. */
  readonly candidates: readonly { readonly tag: string; readonly verdict: string; readonly reason: string }[]
  /** How many tags each stage dropped, in the order of the stages; only those that dropped some. */
  readonly dropped: readonly { readonly stage: string; readonly count: number }[]
}

/**
 * What a policy chooses and why.
 * @param doubt why that cannot be relied on; null when it can
 */
export function explainTags(policy: Policy, question: Question, doubt: Reason | null = null): Explanation {
  const budget = createBudget(choosingMaxMs)
  const select = (isSpent: () => boolean) =>
    policy.select(question.candidates, { ...selectionContext(question), isSpent })
  const selection = budget.spend(select, rankingMs)
  return toExplanation(policy, { selection, leftMs: budget.leftMs() }, doubt)
}

const selectionContext = ({ current, platform, now, quarantined }: Omit<Question, 'candidates'>) => ({
  current,
  platform,
  now,
  quarantined: quarantined ?? new Set<Digest>(),
  list: 'whole' as const,
  keepsReasons: true,
})

/** Puts a selection into words and numbers. Of one that cannot be relied on nothing is shown as chosen. */
export function toExplanation(
  { spec }: Policy,
  { selection, leftMs }: Pick<TagChoice, 'selection' | 'leftMs'>,
  doubt: Reason | null = null,
): Explanation {
  const { chosen, code, sentence } = doubt === null ? selection : { chosen: null, ...doubt }
  const judged = selection.judge(startBudget(leftMs))
  const candidates = doubt === null ? judged : judged.map(undecided)
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

const undecided = (judged: Judged): Judged =>
  verdicts[judged.verdict] === 'choice'
    ? { tag: judged.tag, verdict: 'not-compared', reason: 'nothing is chosen' }
    : judged
