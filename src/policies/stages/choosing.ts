import type { Candidate, Policy, PolicySpec, Selection, SelectionContext } from '../policy.ts'
import { readCurrent } from './current.ts'
import { drop } from './dropped.ts'
import { createFilter, type Filter } from './filter.ts'
import { guess, type Answer } from './guess.ts'
import { isMeantToStay } from './guards.ts'
import { judgeAll } from './judging.ts'
import { keptBack, missing, oldEnoughAt, type By } from './kept-back.ts'
import type { Entry, Ordering } from './ordering.ts'
import { unbelievable, withoutRepeats } from './tag-list.ts'
import { divide, withKnown, type Judge, type Judgement } from './judgement.ts'
import { createGuards, sift, withWayIn, type Out } from './sifting.ts'

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
    isMeantToStay(tag) {
      const found = filter.extract(tag)
      const read = 'verdict' in found ? found : ordering.read(found.text, null)
      return isMeantToStay(tag, 'verdict' in read ? null : (ordering.numbers?.(read.value) ?? null))
    },
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
  const isTooLong = given.length > tagsMax
  const candidates = isTooLong ? [] : withoutRepeats(given)
  const current = readCurrent(spec, ordering, filter, candidates, context)
  const early: Out<Value>[] = []
  const tell = context.keepsReasons === true ? (out: Out<Value>) => void early.push(out) : ignore
  const sifted = isTooLong ? null : sift(ordering, filter, candidates, current.value, context.isSpent, tell)
  const doubt = sifted === null ? tooCostly(spec, given.length) : unbelievable(candidates.length, context.list)
  if (sifted === null) filter.reset()
  const held = doubt ?? current.held
  const entries = sifted ?? []
  const guard = held === null ? createGuards(spec, ordering, entries, current, context) : () => notCompared
  const asked: Asked<Value> = {
    spec,
    ordering,
    held,
    early() {
      if (sifted === null) return []
      const all = tell === ignore ? [] : early
      if (tell === ignore) sift(ordering, filter, candidates, current.value, never, (out) => all.push(out))
      return all.map((out) => withWayIn(ordering, out, current.value))
    },
    judge: {
      read: (candidate) => sift(ordering, filter, [candidate], current.value, never, ignore)?.[0] ?? null,
      guard,
      readCurrent: (all) => readCurrent(spec, ordering, filter, all, context),
      isSame: (a, b) => a === b || (!spec.downgrade && isAsGood(ordering, a.value, b.value)),
      countsOthers: spec.maxMajorStep !== null,
    },
  }
  return answer(asked, { entries, reasons: entries.map(guard), current })
}

const isAsGood = <Value>(ordering: Ordering<Value>, a: Value | null, b: Value | null): boolean =>
  a === null || b === null ? a === b : ordering.compare(a, b) === 0

/** More tags than this are not even gone through: no policy could be done with them in time. */
const tagsMax = 100_000

/** What stays the same while more and more becomes known of single tags. */
interface Asked<Value> {
  readonly spec: PolicySpec
  readonly ordering: Ordering<Value>
  /** Why nothing may be chosen; null when something may. */
  readonly held: Answer | null
  readonly early: () => readonly Out<Value>[]
  readonly judge: Judge<Value>
}

function answer<Value>(asked: Asked<Value>, judgement: Judgement<Value>): Selection {
  const { spec, ordering, held, early } = asked
  const { entries, out } = divide(judgement)
  const by: By<Value> = (a, b) => compare(spec, ordering, a, b)
  const best = entries.reduce<Entry<Value> | null>((a, b) => (a !== null && by(a, b) > 0 ? a : b), null)
  const guessed = held === null ? guess(ordering, best, entries, out) : null
  const given = held ?? guessed ?? choose(spec, ordering, best, entries.length, judgement.current)
  const { chosen, code, sentence } = given
  return {
    chosen,
    code,
    sentence,
    missing: held === null ? (missing(by, best, out) ?? guessed?.missing ?? null) : null,
    againAt: held === null && spec.minAgeMs !== null ? oldEnoughAt(spec.minAgeMs, by, best, out) : null,
    keptBack: () => (held === null ? keptBack(by, best, out) : []),
    knowing(tag, known) {
      const next = held === null ? withKnown(judgement, asked.judge, tag, known) : null
      return next === null ? null : answer(asked, next)
    },
    judge: (isSpent) => judgeAll({ chosen, entries, out: [...early(), ...out], by, sentence, isSpent }),
  }
}

function tooCostly({ include, exclude }: PolicySpec, count: number): Answer {
  return include.length + exclude.length > 0
    ? {
        chosen: null,
        code: 'FILTER_TOO_COSTLY',
        sentence: `matching include and exclude with ${count} tags takes too long; write simpler patterns`,
      }
    : { chosen: null, code: 'LIST_TOO_LONG', sentence: `${count} tags are too many to be read in time` }
}

function choose<Value>(
  spec: PolicySpec,
  { superlative }: Ordering<Value>,
  best: Entry<Value> | null,
  count: number,
  { tag, candidate, heldAtTag }: ReturnType<typeof readCurrent<Value>>,
): Answer {
  if (best !== null && best.candidate.tag !== tag) {
    const among =
      count === 1 ? 'the only one that may be chosen' : `${superlative[spec.direction]} of ${count} that may be chosen`
    return { chosen: best.candidate, code: 'BETTER_TAG', sentence: `${best.candidate.tag} is ${among}` }
  }
  if (tag === null) return { chosen: null, code: 'NO_CANDIDATE', sentence: 'no tag may be chosen' }
  if (heldAtTag !== null && best === null) return { chosen: null, ...heldAtTag }
  if (candidate !== null)
    return { chosen: candidate, code: 'NOTHING_BETTER', sentence: `nothing is better than ${tag}` }
  return {
    chosen: null,
    code: 'CURRENT_GONE',
    sentence: `nothing is better than ${tag}, and that is not in the registry any more`,
  }
}

/** Positive when `a` is to be chosen before `b`. Total: two different tags are never equal. */
function compare<Value>(spec: PolicySpec, ordering: Ordering<Value>, a: Entry<Value>, b: Entry<Value>): number {
  const order = ordering.compare(a.value, b.value)
  if (order !== 0) return spec.direction === 'highest' ? order : -order
  return ordering.prefer(a.value, b.value) || (a.candidate.tag < b.candidate.tag ? 1 : -1)
}

const never = (): boolean => false
const ignore = (): void => {}
const notCompared = drop('not-compared', 'nothing is chosen')
