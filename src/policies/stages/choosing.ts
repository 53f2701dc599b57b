import type { Candidate, Policy, PolicySpec, Selection, SelectionContext } from '../policy.ts'
import { readCurrent } from './current.ts'
import { createFilter, type Filter } from './filter.ts'
import { whatIsMissing } from './guards.ts'
import { judgeAll } from './judging.ts'
import type { Entry, Ordering } from './ordering.ts'
import { unbelievable } from './tag-list.ts'
import { passGuards, sift, type Out } from './sifting.ts'

/**
 * A policy that chooses among all tags of a repository. What is the same for all of them is here: filter, extract, read,
 * compare with the current tag, guards, choice. What differs is the ordering.
 *
 * @throws POLICY_INVALID
 */
export function choosing<Value>(spec: PolicySpec, ordering: Ordering<Value>): Policy {
  const filter = createFilter(spec)
  return {
    spec,
    followedTag: () => null,
    select: (candidates, context) => select(spec, ordering, filter, candidates, context),
  }
}

function select<Value>(
  spec: PolicySpec,
  ordering: Ordering<Value>,
  filter: Filter,
  given: readonly Candidate[],
  context: SelectionContext,
): Selection {
  const candidates = withoutRepeats(given)
  const current = readCurrent(spec, ordering, filter, candidates, context)
  const sifted = sift(ordering, filter, candidates, current.value, context)
  const doubt = sifted === null ? tooCostly : unbelievable(candidates.length, context.list)
  if (sifted === null) filter.reset()
  const held = doubt ?? current.held
  const { entries, out } =
    held === null && sifted !== null ? passGuards(spec, ordering, sifted, current, context) : notCompared(sifted)
  const best = entries.reduce<Entry<Value> | null>(
    (a, b) => (a !== null && compare(spec, ordering, a, b) > 0 ? a : b),
    null,
  )
  const answer = held ?? guess(ordering, best, entries) ?? choose(spec, ordering, best, entries.length, current)
  const { chosen } = answer
  return {
    ...answer,
    missing: held === null ? missing(spec, ordering, best, out) : null,
    judge: () =>
      judgeAll({
        chosen,
        entries,
        out,
        by: (a, b) => compare(spec, ordering, a, b),
        code: answer.code,
        sentence: answer.sentence,
      }),
  }
}

type Answer = Pick<Selection, 'chosen' | 'code' | 'sentence'>

const tooCostly: Answer = {
  chosen: null,
  code: 'FILTER_TOO_COSTLY',
  sentence: 'matching include and exclude takes too long; write simpler patterns',
}

/** Where the order cannot tell two apart, choosing either would be a guess. */
function guess<Value>(
  { isGuess }: Ordering<Value>,
  best: Entry<Value> | null,
  entries: readonly Entry<Value>[],
): Answer | null {
  const rivals =
    best === null || isGuess === undefined ? [] : entries.filter((each) => each !== best && isGuess(best, each))
  if (best === null || rivals.length === 0) return null
  const tags = [best, ...rivals].map(({ candidate: { tag } }) => tag).toSorted()
  const some = tags.length > 3 ? `${tags.slice(0, 3).join(', ')} and ${tags.length - 3} more` : tags.join(' and ')
  const sentence = `${some} were first seen at the same time, and the registry does not tell when they were pushed`
  return { chosen: null, code: 'ORDER_UNKNOWN', sentence }
}

function choose<Value>(
  spec: PolicySpec,
  { superlative }: Ordering<Value>,
  best: Entry<Value> | null,
  count: number,
  { tag, candidate, heldAtTag }: ReturnType<typeof readCurrent<Value>>,
): Answer {
  if (best !== null) {
    const among =
      count === 1 ? 'the only one that may be chosen' : `${superlative[spec.direction]} of ${count} that may be chosen`
    return { chosen: best.candidate, code: 'BETTER_TAG', sentence: `${best.candidate.tag} is ${among}` }
  }
  if (tag === null) return { chosen: null, code: 'NO_CANDIDATE', sentence: 'no tag may be chosen' }
  if (heldAtTag !== null) return { chosen: null, ...heldAtTag }
  if (candidate !== null)
    return { chosen: candidate, code: 'NOTHING_BETTER', sentence: `nothing is better than ${tag}` }
  return {
    chosen: null,
    code: 'CURRENT_GONE',
    sentence: `nothing is better than ${tag}, and that is not in the registry any more`,
  }
}

/** A candidate that only lacks what can be looked up, if it is better than the best that lacks nothing. */
function missing<Value>(
  spec: PolicySpec,
  ordering: Ordering<Value>,
  best: Entry<Value> | null,
  out: readonly Out<Value>[],
): Selection['missing'] {
  let found: Entry<Value> | null = best
  let what: Selection['missing'] = null
  for (const { entry, dropped } of out) {
    if (entry === null || (found !== null && compare(spec, ordering, entry, found) <= 0)) continue
    const lacks = whatIsMissing(entry.candidate, dropped)
    if (lacks === null) continue
    found = entry
    what = lacks
  }
  return what
}

/** Positive when `a` is to be chosen before `b`. Total: two different tags are never equal. */
function compare<Value>(spec: PolicySpec, ordering: Ordering<Value>, a: Entry<Value>, b: Entry<Value>): number {
  const order = ordering.compare(a.value, b.value)
  if (order !== 0) return spec.direction === 'highest' ? order : -order
  return ordering.prefer(a.value, b.value) || (a.candidate.tag < b.candidate.tag ? 1 : -1)
}

function notCompared<Value>(sifted: ReturnType<typeof sift<Value>>) {
  const why = { verdict: 'not-compared', reason: 'nothing is chosen' } as const
  const out = sifted?.entries.map((entry) => ({ tag: entry.candidate.tag, entry, dropped: why })) ?? []
  return { entries: [], out: [...(sifted?.out ?? []), ...out] }
}

/** One of each name, whichever the order of the list. */
function withoutRepeats(candidates: readonly Candidate[]): readonly Candidate[] {
  const byTag = new Map<string, Candidate>()
  for (const each of candidates) {
    const other = byTag.get(each.tag)
    if (other === undefined || JSON.stringify(each) < JSON.stringify(other)) byTag.set(each.tag, each)
  }
  return byTag.size === candidates.length ? candidates : [...byTag.values()]
}
