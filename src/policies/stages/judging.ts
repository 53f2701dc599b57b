import { verdicts, type Candidate, type Judged } from '../policy.ts'
import type { Entry } from './ordering.ts'
import type { Out } from './sifting.ts'

interface Ranking<Value> {
  readonly chosen: Candidate | null
  readonly entries: readonly Entry<Value>[]
  readonly out: readonly Out<Value>[]
  /** Positive when the first is the better. */
  readonly by: (a: Entry<Value>, b: Entry<Value>) => number
  readonly code: string
  readonly sentence: string
}

const stages = [...new Set(Object.values(verdicts))]

/** Every tag once: the chosen one, those that were outranked, then those that came less and less far; the best first. */
export function judgeAll<Value>({ chosen, entries, out, by, sentence }: Ranking<Value>): readonly Judged[] {
  const chosenTag = chosen?.tag
  const ranked = entries.toSorted((a, b) => by(b, a)).map(({ candidate: { tag } }) => tag)
  const far = out.filter(({ tag }) => tag !== chosenTag).toSorted((a, b) => compareOut(a, b, by))
  return [
    ...(chosenTag === undefined ? [] : [{ tag: chosenTag, verdict: 'selected' as const, reason: sentence }]),
    ...ranked
      .filter((tag) => tag !== chosenTag)
      .map((tag) => ({ tag, ...(chosenTag === undefined ? undecided : outrankedBy(chosenTag)) })),
    ...far.map(({ tag, dropped }) => ({ tag, ...dropped })),
  ]
}

const undecided = { verdict: 'not-compared', reason: 'nothing is chosen' } as const
const outrankedBy = (tag: string) => ({ verdict: 'outranked', reason: `${tag} is better` }) as const

function compareOut<Value>(a: Out<Value>, b: Out<Value>, by: Ranking<Value>['by']): number {
  const byStage = stages.indexOf(verdicts[b.dropped.verdict]) - stages.indexOf(verdicts[a.dropped.verdict])
  if (byStage !== 0) return byStage
  if (a.entry !== null && b.entry !== null) return by(b.entry, a.entry)
  if (a.entry !== null || b.entry !== null) return a.entry === null ? 1 : -1
  return a.tag < b.tag ? -1 : 1
}
