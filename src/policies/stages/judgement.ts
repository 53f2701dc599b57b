import type { Candidate } from '../policy.ts'
import type { Current } from './current.ts'
import type { Dropped } from './dropped.ts'
import type { Entry } from './ordering.ts'
import type { Guarded, Out } from './sifting.ts'

/** What got as far as the guards, in the order of the list, and for each why it is kept back; null where it is not. */
export interface Judgement<Value> {
  readonly entries: readonly Entry<Value>[]
  readonly reasons: readonly (Dropped | null)[]
  readonly current: Current<Value>
}

/** What passed, and what was kept back. */
export function divide<Value>({ entries, reasons }: Judgement<Value>): Guarded<Value> {
  const left: Entry<Value>[] = []
  const out: Out<Value>[] = []
  let at = 0
  for (const entry of entries) {
    const dropped = reasons[at] ?? null
    at += 1
    if (dropped === null) left.push(entry)
    else out.push({ tag: entry.candidate.tag, entry, dropped })
  }
  return { entries: left, out }
}

/** How one tag is judged by itself. */
export interface Judge<Value> {
  /** Null where it does not get as far as the guards any more. */
  read(candidate: Candidate): Entry<Value> | null
  guard(entry: Entry<Value>): Dropped | null
  readCurrent(candidates: readonly Candidate[]): Current<Value>
  /** Whether two current tags compare with others alike. */
  isSame(a: Current<Value>, b: Current<Value>): boolean
  /** Whether others are judged by which tags there are. */
  readonly countsOthers: boolean
}

/**
 * A judgement with more known of one tag, without judging the others again: of thousands, a few are looked up one by one.
 * @param known null when the registry has the tag no more
 * @returns null where it may change what is thought of others
 */
export function withKnown<Value>(
  { entries, reasons, current }: Judgement<Value>,
  judge: Judge<Value>,
  tag: string,
  known: Candidate | null,
): Judgement<Value> | null {
  const at = entries.findIndex(({ candidate }) => candidate.tag === tag)
  const is = tag === current.tag ? judge.readCurrent(known === null ? [] : [known]) : current
  if (at === -1 || entries.length === 1 || !judge.isSame(is, current)) return null
  if (known === null)
    return judge.countsOthers
      ? null
      : { entries: entries.toSpliced(at, 1), reasons: reasons.toSpliced(at, 1), current: is }
  const entry = judge.read(known)
  if (entry === null) return null
  return { entries: entries.with(at, entry), reasons: reasons.with(at, judge.guard(entry)), current: is }
}
