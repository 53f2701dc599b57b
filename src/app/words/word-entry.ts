import { isoTime, type Clock } from '../../lib/clock.ts'
import type { HistoryEntry, HistoryKind } from '../../store/store.ts'
import type { By } from './control.ts'
import { because } from './words.ts'

/** What is kept in the history of a person's word that names no image. */
export function wordEntry(
  clock: Pick<Clock, 'now'>,
  by: By,
  kind: HistoryKind,
  workload: string | null,
  reason: { readonly code: string; readonly sentence: string },
): HistoryEntry {
  return {
    at: isoTime(clock),
    actor: by.actor,
    workload,
    rollout: null,
    kind,
    reason: { code: reason.code, sentence: `${reason.sentence}${because(by.reason)}` },
    fromDigest: null,
    toDigest: null,
  }
}
