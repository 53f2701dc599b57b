import type { Judged, Selection, Verdict } from '../policy.ts'
import { whatIsMissing } from './guards.ts'
import type { Entry } from './ordering.ts'
import type { Out } from './sifting.ts'

/** Positive when the first is to be chosen before the second. */
export type By<Value> = (a: Entry<Value>, b: Entry<Value>) => number

/** A candidate that only lacks what can be looked up, if it is better than the best that lacks nothing. */
export function missing<Value>(
  by: By<Value>,
  best: Entry<Value> | null,
  out: readonly Out<Value>[],
): Selection['missing'] {
  let found: Entry<Value> | null = best
  let what: Selection['missing'] = null
  for (const { entry, dropped } of out) {
    // Most lack nothing, which is cheaper to see than how they compare.
    const lacks = entry === null ? null : whatIsMissing(entry.candidate, dropped)
    if (entry === null || lacks === null || (found !== null && by(entry, found) <= 0)) continue
    found = entry
    what = lacks
  }
  return what
}

/** When the first of the better ones that are too young will be old enough, in milliseconds since 1970; null for none. */
export function oldEnoughAt<Value>(
  minAgeMs: number,
  by: By<Value>,
  best: Entry<Value> | null,
  out: readonly Out<Value>[],
): number | null {
  const times = better(by, best, out, new Set(['too-young'])).flatMap(({ entry: { candidate } }) =>
    candidate.firstSeenAt === null ? [] : [candidate.firstSeenAt + minAgeMs],
  )
  return times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b))
}

/** So many tags are looked up again, although they were not chosen. */
const keptBackMax = 5

/** The better ones that are kept back by what they name, the best first, only a few. */
export function keptBack<Value>(
  by: By<Value>,
  best: Entry<Value> | null,
  out: readonly Out<Value>[],
): readonly Judged[] {
  return better(by, best, out, dependsOnDigest)
    .toSorted((a, b) => by(b.entry, a.entry))
    .slice(0, keptBackMax)
    .map(({ tag, dropped }) => ({ tag, ...dropped }))
}

const dependsOnDigest: ReadonlySet<Verdict> = new Set(['too-young', 'moved', 'quarantined', 'platform-missing'])

/** What was dropped for one of some reasons, and would be chosen before the best. */
function better<Value>(
  by: By<Value>,
  best: Entry<Value> | null,
  out: readonly Out<Value>[],
  verdicts: ReadonlySet<Verdict>,
) {
  return out.flatMap(({ tag, entry, dropped }) =>
    entry !== null && verdicts.has(dropped.verdict) && (best === null || by(entry, best) > 0)
      ? [{ tag, entry, dropped }]
      : [],
  )
}
