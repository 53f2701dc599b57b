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
  { current: tag }: SelectionContext,
): Current<Value> {
  if (tag === null) return { tag, value: null, candidate: null, held: null, heldAtTag: null }
  const candidate = candidates.find((each) => each.tag === tag) ?? null
  const found = filter.extract(tag)
  const read = 'verdict' in found ? found : ordering.read(found.text, candidate)
  const moved = candidate !== null && isMovedImmutable(spec, candidate)
  const heldAtTag = moved
    ? { code: 'IMMUTABLE_MOVED', sentence: `${tag} names another digest than before, and is immutable` }
    : null
  if ('value' in read) return { tag, value: read.value, candidate, held: null, heldAtTag }
  const sentence = `the current tag ${tag} cannot be compared: ${read.reason}; set downgrade to choose all the same`
  const held = spec.downgrade ? null : { chosen: null, code: 'CURRENT_NOT_COMPARABLE', sentence }
  return { tag, value: null, candidate, held, heldAtTag }
}
