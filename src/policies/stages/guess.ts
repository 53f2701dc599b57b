import type { Selection } from '../policy.ts'
import { whatIsMissing } from './guards.ts'
import type { Entry, Ordering } from './ordering.ts'
import type { Out } from './sifting.ts'

/** What is answered, and why. */
export type Answer = Pick<Selection, 'chosen' | 'code' | 'sentence'>

/** Where the order cannot tell two apart, choosing either would be a guess. */
export function guess<Value>(
  { isGuess }: Ordering<Value>,
  best: Entry<Value> | null,
  entries: readonly Entry<Value>[],
  out: readonly Out<Value>[],
): (Answer & Pick<Selection, 'missing'>) | null {
  if (best === null || isGuess === undefined) return null
  // What only lacks a look is as good until that was had.
  const doubtful = out.filter(
    ({ entry, dropped }) => entry !== null && whatIsMissing(entry.candidate, dropped) !== null,
  )
  const all = [...entries, ...doubtful.flatMap(({ entry }) => entry ?? [])]
  const rivals = all.filter((each) => each !== best && isGuess(best, each))
  if (rivals.length === 0) return null
  const tags = [best, ...rivals].map(({ candidate: { tag } }) => tag).toSorted()
  const some = tags.length > 3 ? `${tags.slice(0, 3).join(', ')} and ${tags.length - 3} more` : tags.join(' and ')
  const sentence = `${some} came at the same time as far as the registry tells, and which is the newest would be a guess`
  // If they turn out to name the same image, nothing has to be guessed.
  const compared = [best, ...rivals].slice(0, comparedMax)
  const unknown = compared.find(({ candidate: { digest } }) => digest === null)
  const other = doubtful.find(({ entry }) => compared.some((each) => each === entry))
  const lookUp =
    unknown !== undefined
      ? ({ tag: unknown.candidate.tag, what: 'digest' } as const)
      : other && other.entry && whatIsMissing(other.entry.candidate, other.dropped)
  return {
    chosen: null,
    code: 'ORDER_UNKNOWN',
    sentence,
    missing: rivals.length < comparedMax ? (lookUp ?? null) : null,
  }
}

/** One build gives its image a few names at once; what is more than that are different images. */
const comparedMax = 6
