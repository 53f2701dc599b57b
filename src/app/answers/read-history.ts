import type { JournalEntry, HistoryEntry, Store } from '../../store/store.ts'
import type { Rollout } from '../../rollout/rollout.ts'

/** One entry of the history, with the rollout that it tells of. */
export interface HistoryLine extends HistoryEntry {
  readonly outcome: Rollout | null
  /** The last that a hook printed; null for all else. */
  readonly output: string | null
  /** Oldest first; empty unless asked for. */
  readonly journal: readonly JournalEntry[]
}

/** What happened, newest first. */
export async function readHistory(
  { store }: { readonly store: Store },
  query: { readonly workload?: string; readonly limit: number; readonly withJournal: boolean },
): Promise<readonly HistoryLine[]> {
  const { withJournal, ...wanted } = query
  const lines: HistoryLine[] = []
  for (const entry of await store.history(wanted)) {
    const hasEnded = entry.kind === 'rollout-ended' && entry.rollout !== null
    const outcome = hasEnded && entry.rollout !== null ? await store.rollout(entry.rollout) : null
    const journal = withJournal && outcome !== null ? await store.journal(outcome.id) : []
    lines.push({ ...entry, outcome, output: await hookOutput(store, entry), journal })
  }
  return lines
}

async function hookOutput(store: Store, { kind, rollout, at }: HistoryEntry): Promise<string | null> {
  if (kind !== 'hook' || rollout === null) return null
  const kept = await store.rollout(rollout)
  return kept?.hookResults.find((each) => each.at === at)?.output ?? null
}
