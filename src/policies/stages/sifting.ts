import type { Candidate, PolicySpec, SelectionContext } from '../policy.ts'
import type { Current } from './current.ts'
import { drop, type Dropped } from './dropped.ts'
import type { Filter } from './filter.ts'
import { guard, whatIsMissing } from './guards.ts'
import { createMajorStep } from './major-step.ts'
import type { Entry, Ordering } from './ordering.ts'

/** A tag that goes no further; `entry` where it got as far as having a place in the order. */
export interface Out<Value> {
  readonly tag: string
  readonly entry: Entry<Value> | null
  readonly dropped: Dropped
}

/** What passed, and what the guards kept back. */
export interface Guarded<Value> {
  readonly entries: readonly Entry<Value>[]
  readonly out: readonly Out<Value>[]
}

/** Tags between two looks at the clock, where no pattern takes long. */
const atOnceMax = 16

/**
 * The stages from filter to range. Null when the time for them was over.
 * @param tell told of what goes no further
 */
export function sift<Value>(
  ordering: Ordering<Value>,
  filter: Filter,
  candidates: readonly Candidate[],
  current: Value | null,
  isSpent: SelectionContext['isSpent'],
  tell: (out: Out<Value>) => void,
): readonly Entry<Value>[] | null {
  const entries: Entry<Value>[] = []
  const atOnce = filter.isHeavy ? 1 : atOnceMax
  let count = 0
  for (const candidate of candidates) {
    count += 1
    if (count % atOnce === 0 && isSpent()) return null
    const { tag } = candidate
    const found = filter.judge(tag)
    const read = 'verdict' in found ? found : ordering.read(found.text, candidate)
    if ('verdict' in read) {
      tell({ tag, entry: null, dropped: read })
      continue
    }
    const entry = { candidate, value: read.value }
    const dropped = ordering.admit(read.value, current)
    if (dropped === null) entries.push(entry)
    else tell({ tag, entry, dropped })
  }
  return entries
}

/** Ends a reason with what would do away with it, where that is one key of the policy. */
export function withWayIn<Value>(ordering: Ordering<Value>, out: Out<Value>, current: Value | null): Out<Value> {
  const { entry, dropped } = out
  const isAsked = entry !== null && dropped.verdict === 'other-variant'
  const key = !isAsked ? null : (ordering.allowedBy?.(entry.value, current) ?? null)
  return key === null ? out : { ...out, dropped: { ...dropped, reason: `${dropped.reason}; ${key} would allow it` } }
}

/** The guards: never down, the step of the major version, and what keeps a candidate back by itself. */
export function createGuards<Value>(
  spec: PolicySpec,
  ordering: Ordering<Value>,
  entries: readonly Entry<Value>[],
  current: Current<Value>,
  context: SelectionContext,
): (entry: Entry<Value>) => Dropped | null {
  const majorStep = createMajorStep(spec, ordering, entries, current)
  const isNotNewer = createNeverDown(spec, ordering, current, mayStay(spec, ordering, current, context))
  return (entry) =>
    isNotNewer(entry) ??
    majorStep(entry) ??
    guard(spec, entry.candidate, ordering.numbers?.(entry.value) ?? null, context)
}

/**
 * Whether the current tag may be chosen itself, as far as is known: then the same under another name is no reason to
 * change.
 */
function mayStay<Value>(
  spec: PolicySpec,
  { numbers }: Ordering<Value>,
  { candidate, value, heldAtTag }: Current<Value>,
  context: SelectionContext,
): boolean {
  if (candidate === null || value === null || heldAtTag !== null) return false
  const dropped = guard(spec, candidate, numbers?.(value) ?? null, context)
  return dropped === null || whatIsMissing(candidate, dropped) !== null
}

/** The reasons are written once: thousands may have the same. */
function createNeverDown<Value>(
  { downgrade }: PolicySpec,
  { compare, notNewer }: Ordering<Value>,
  { tag, value: from }: Current<Value>,
  stays: boolean,
): (entry: Entry<Value>) => Dropped | null {
  if (from === null) return () => null
  const same = drop('not-newer', 'it is the current tag')
  const equal = drop('not-newer', notNewer.equal)
  const below = drop('not-newer', notNewer.below)
  return ({ candidate, value }) => {
    if (downgrade && (candidate.tag === tag || !stays)) return null
    if (candidate.tag === tag) return same
    const order = compare(value, from)
    if (order > 0 || (downgrade && order < 0)) return null
    return order === 0 ? equal : below
  }
}
