import type { HistoryKind, Store, Time } from '../../store/store.ts'

const wordsToGoOn: ReadonlySet<HistoryKind> = new Set(['pin', 'unpin', 'deploy', 'rollback', 'resume'])

/** Entries of the history that are looked through. */
const entriesMax = 50

/** When a person last said what a workload should run, or that it should go on by its policy; null for not lately. */
export async function lastWordAt(store: Pick<Store, 'history'>, workload: string): Promise<Time | null> {
  const latest = await store.history({ workload, limit: entriesMax })
  return latest.find(({ kind }) => wordsToGoOn.has(kind))?.at ?? null
}
