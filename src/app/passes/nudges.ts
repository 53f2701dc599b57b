import type { Repository } from '../../registries/registry.ts'

/** Something that a running loop should see to at once rather than at its next turn. Losing one costs a delay only. */
export type Nudge =
  /**
   * A person's word on a workload, or on all, has changed. With `lookedSince`, by `clock.elapsed()`, it lets go what was
   * held: each is looked up first, and looks that began before do not count, however long the next one takes.
   */
  | { readonly kind: 'decide'; readonly workload: string | null; readonly lookedSince?: number }
  /** A workload was to be decided while a rollout of it is under way, which may be wanted no more. */
  | { readonly kind: 'reconsider'; readonly workload: string }
  /** A repository may have changed: looks before `at`, by `clock.elapsed()`, do not count. */
  | { readonly kind: 'scan'; readonly repository: Repository; readonly at: number }

/** Tells the loops of this process. */
export interface Nudges {
  send(nudge: Nudge): void
  /** @returns ends the subscription */
  subscribe(listener: (nudge: Nudge) => void): () => void
}

export function createNudges(): Nudges {
  const listeners = new Set<(nudge: Nudge) => void>()
  return {
    send(nudge) {
      for (const listener of listeners) listener(nudge)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
