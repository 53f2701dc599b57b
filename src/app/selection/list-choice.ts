import type { TagListObservation, TagObservation } from '../../store/store.ts'
import type { TagChoice } from './choose-tag.ts'

/** What a policy that chooses among all tags chose for a workload, and what that is known from. */
export interface ListChoice {
  /** How the looks at the list went; null before the first. */
  readonly list: TagListObservation | null
  /** Null where the list tells nothing. */
  readonly choice: TagChoice | null
  /** What the chosen tag was found to name, in this look at the list; null where none is chosen. */
  readonly observation: TagObservation | null
}
