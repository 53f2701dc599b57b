import { verdicts, type Candidate, type Judged, type Verdict } from '../policy.ts'
import type { Dropped } from './dropped.ts'
import type { Entry } from './ordering.ts'
import type { Out } from './sifting.ts'

interface Ranking<Value> {
  readonly chosen: Candidate | null
  readonly entries: readonly Entry<Value>[]
  readonly out: readonly Out<Value>[]
  /** Positive when the first is the better. */
  readonly by: (a: Entry<Value>, b: Entry<Value>) => number
  readonly sentence: string
  readonly isSpent: () => boolean
}

const stages = [...new Set(Object.values(verdicts))]
const placeOf = (verdict: Verdict): number => stages.indexOf(verdicts[verdict])

/** Every tag once: the chosen one, those that were outranked, then those that came less and less far; the best first. */
export function judgeAll<Value>(ranking: Ranking<Value>): readonly Judged[] {
  const { chosen, entries, out, by, sentence, isSpent } = ranking
  const chosenTag = chosen?.tag
  const passed = entries.flatMap((entry) =>
    entry.candidate.tag === chosenTag ? [] : [{ tag: entry.candidate.tag, entry }],
  )
  const ranked = bestFirst(passed, (a, b) => by(b.entry, a.entry), isSpent)
  const far = bestFirst(
    out.filter(({ tag }) => tag !== chosenTag),
    (a, b) => compareStage(a, b) || comparePlace(a, b, by),
    isSpent,
  )
  return [
    ...(chosenTag === undefined ? [] : [{ tag: chosenTag, verdict: 'selected' as const, reason: sentence }]),
    ...ranked.map(({ tag }) => ({ tag, ...(chosenTag === undefined ? undecided : outrankedBy(chosenTag)) })),
    ...far.map(({ tag, dropped }) => ({ tag, ...dropped })),
  ]
}

/** Comparisons between two looks at the clock. */
const atOnce = 128

/** In the order of the policy, or by name where there are so many alike that this takes too long. */
function bestFirst<Some extends { readonly tag: string; readonly dropped?: Dropped }>(
  all: readonly Some[],
  by: (a: Some, b: Some) => number,
  isSpent: () => boolean,
): readonly Some[] {
  let count = 0
  let isLate = false
  const sorted = all.toSorted((a, b) => {
    count += 1
    isLate ||= count % atOnce === 0 && isSpent()
    return isLate ? 0 : by(a, b)
  })
  return isLate ? all.toSorted((a, b) => compareStage(a, b) || (a.tag < b.tag ? -1 : 1)) : sorted
}

const undecided = { verdict: 'not-compared', reason: 'nothing is chosen' } as const
const outrankedBy = (tag: string) => ({ verdict: 'outranked', reason: `${tag} is better` }) as const

/** Who came further is first; all of those that passed came as far. */
function compareStage(a: { readonly dropped?: Dropped }, b: { readonly dropped?: Dropped }): number {
  return a.dropped === undefined || b.dropped === undefined
    ? 0
    : placeOf(b.dropped.verdict) - placeOf(a.dropped.verdict)
}

function comparePlace<Value>(a: Out<Value>, b: Out<Value>, by: Ranking<Value>['by']): number {
  if (a.entry !== null && b.entry !== null) return by(b.entry, a.entry)
  if (a.entry !== null || b.entry !== null) return a.entry === null ? 1 : -1
  return a.tag < b.tag ? -1 : 1
}
