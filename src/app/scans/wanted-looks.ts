import type { Urgency } from '../../registries/registry.ts'

/** What all who wait for one turn of a repository want of it. */
export interface WantedLooks {
  /** Each tag with the time, by `clock.elapsed()`, that its look may not be older than. */
  readonly notBefore: Map<string, number>
  urgency: Urgency
}
