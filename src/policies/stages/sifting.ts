import { compareDigits } from '../../image/version/digits.ts'
import type { Candidate, PolicySpec, SelectionContext } from '../policy.ts'
import type { Current } from './current.ts'
import { drop, type Dropped } from './dropped.ts'
import type { Filter } from './filter.ts'
import { guard } from './guards.ts'
import type { Entry, Ordering } from './ordering.ts'

/** A tag that goes no further; `entry` where it got as far as having a place in the order. */
export interface Out<Value> {
  readonly tag: string
  readonly entry: Entry<Value> | null
  readonly dropped: Dropped
}

export interface Sifted<Value> {
  readonly entries: readonly Entry<Value>[]
  readonly out: readonly Out<Value>[]
}

/** Tags between two looks at the clock. */
const atOnce = 16

/** The stages from filter to range. Null when the time for them was over. */
export function sift<Value>(
  ordering: Ordering<Value>,
  filter: Filter,
  candidates: readonly Candidate[],
  current: Value | null,
  { isSpent }: SelectionContext,
): Sifted<Value> | null {
  const entries: Entry<Value>[] = []
  const out: Out<Value>[] = []
  for (const [at, candidate] of candidates.entries()) {
    if (at % atOnce === atOnce - 1 && isSpent()) return null
    const { tag } = candidate
    const found = filter.judge(candidate)
    const read = 'verdict' in found ? found : ordering.read(found.text, candidate)
    if ('verdict' in read) {
      out.push({ tag, entry: null, dropped: read })
      continue
    }
    const entry = { candidate, value: read.value }
    const dropped = ordering.admit(read.value, current)
    if (dropped === null) entries.push(entry)
    else out.push({ tag, entry, dropped })
  }
  return { entries, out }
}

/** The guards: never down, the step of the major version, and what keeps a candidate back by itself. */
export function passGuards<Value>(
  spec: PolicySpec,
  ordering: Ordering<Value>,
  { entries, out }: Sifted<Value>,
  current: Current<Value>,
  context: SelectionContext,
): Sifted<Value> {
  const majors = spec.maxMajorStep === null ? [] : majorsOf(ordering, entries)
  const left: Entry<Value>[] = []
  const dropped = [...out]
  for (const entry of entries) {
    const reason =
      neverDown(spec, ordering, entry, current) ??
      majorStep(spec, ordering, entry, current, majors) ??
      guard(spec, entry.candidate, context)
    if (reason === null) left.push(entry)
    else dropped.push({ tag: entry.candidate.tag, entry, dropped: reason })
  }
  return { entries: left, out: dropped }
}

function neverDown<Value>(
  { downgrade }: PolicySpec,
  ordering: Ordering<Value>,
  { candidate, value }: Entry<Value>,
  current: Current<Value>,
): Dropped | null {
  if (downgrade || current.value === null) return null
  if (candidate.tag === current.tag) return drop('not-newer', 'it is the current tag')
  const order = ordering.compare(value, current.value)
  if (order > 0) return null
  return drop('not-newer', order === 0 ? 'it is the current version under another name' : 'it is below the current tag')
}

function majorsOf<Value>(ordering: Ordering<Value>, entries: readonly Entry<Value>[]): readonly string[] {
  return [...new Set(entries.map(({ value }) => ordering.major(value)))].filter((major) => major !== null)
}

/** Counted over the majors that there are, so that one which was never published is no step. */
function majorStep<Value>(
  { maxMajorStep }: PolicySpec,
  ordering: Ordering<Value>,
  { value }: Entry<Value>,
  current: Current<Value>,
  majors: readonly string[],
): Dropped | null {
  if (maxMajorStep === null || current.value === null) return null
  const [from, to] = [ordering.major(current.value), ordering.major(value)]
  if (from === null || to === null) return null
  const steps = majors.filter((each) => compareDigits(each, from) > 0 && compareDigits(each, to) <= 0).length
  if (steps <= maxMajorStep) return null
  return drop('major-step', `it is ${steps} major versions on, and at most ${maxMajorStep} may be taken at once`)
}
