import type { Candidate, PolicySpec, Selection, SelectionContext } from '../policy.ts'
import type { Filter } from './filter.ts'
import { isMovedImmutable } from './guards.ts'
import type { Ordering } from './ordering.ts'

/** The current tag as candidates are compared with it. */
export interface Current<Value> {
  readonly tag: string | null
  /** Null where there is no such tag, or it has no value in the order. */
  readonly value: Value | null
  /** It as a candidate; null when the registry does not list it. */
  readonly candidate: Candidate | null
  /** Why nothing may be chosen; null when something may. */
  readonly held: Pick<Selection, 'chosen' | 'code' | 'sentence'> | null
  /** Why it may not even stay; null when it may. */
  readonly heldAtTag: Pick<Selection, 'code' | 'sentence'> | null
}

/** Reads the current tag as the candidates are read. Without a value nothing can be told to be better than it. */
export function readCurrent<Value>(
  spec: PolicySpec,
  ordering: Ordering<Value>,
  filter: Filter,
  candidates: readonly Candidate[],
  { current: tag, currentGone = null }: SelectionContext,
): Current<Value> {
  if (tag === null) return { tag, value: null, candidate: null, held: null, heldAtTag: null }
  const candidate = candidates.find((each) => each.tag === tag) ?? null
  const found = filter.extract(tag)
  const read = 'verdict' in found ? found : ordering.read(found.text, candidate ?? currentGone)
  const numbers = 'value' in read ? (ordering.numbers?.(read.value) ?? null) : null
  const isMoved = candidate !== null && isMovedImmutable(spec, candidate, numbers)
  const heldAtTag = isMoved ? movedAway(tag) : filteredOut(tag, filter.judge(tag))
  if ('value' in read) return { tag, value: read.value, candidate, held: null, heldAtTag }
  // That nobody knows when a tag was pushed no key of a policy changes.
  const remedy =
    spec.order === 'newest' ? '' : '; extract can say what of it is read, and downgrade chooses all the same'
  const sentence = `the current tag ${tag} cannot be compared: ${read.reason}${remedy}`
  const held = spec.downgrade ? null : { chosen: null, code: 'CURRENT_NOT_COMPARABLE', sentence }
  return { tag, value: null, candidate, held, heldAtTag }
}

const movedAway = (tag: string) => ({
  code: 'IMMUTABLE_MOVED',
  sentence: `${tag} names another digest than before, and is immutable`,
})

/** A tag that its owner does not want is not chosen for want of a better one. */
function filteredOut(tag: string, found: ReturnType<Filter['judge']>): Current<unknown>['heldAtTag'] {
  if (!('verdict' in found)) return null
  return {
    code: 'CURRENT_EXCLUDED',
    sentence: `nothing is better than ${tag}, which may not be chosen: ${found.reason}`,
  }
}
