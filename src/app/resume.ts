import { AppError } from '../errors.ts'
import { isoTime, type Clock } from '../lib/clock.ts'
import type { Store } from '../store/store.ts'

/**
 * A person has looked, and everything may go on; or, with a workload, what it runs now is accepted as meant, and
 * digests that failed on it may be tried again.
 *
 * @returns a sentence that says what was lifted
 * @throws WORKLOAD_NOT_FOUND
 */
export async function resume(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  workload: string | null,
): Promise<string> {
  const sentence = workload === null ? await liftHold(store) : await accept(store, workload)
  const reason = { code: 'RESUMED', sentence }
  await store.addHistory({
    at: isoTime(clock),
    workload,
    rollout: null,
    kind: 'resume',
    reason,
    fromDigest: null,
    toDigest: null,
  })
  return sentence
}

async function liftHold(store: Store): Promise<string> {
  const hold = await store.hold()
  if (hold === null) return 'nothing was held'
  await store.setHold(null)
  return 'the hold is lifted; the next pass decides'
}

async function accept(store: Store, id: string): Promise<string> {
  const row = await store.workload(id)
  if (row === null) throw new AppError('WORKLOAD_NOT_FOUND', `no workload ${id} was seen so far`)
  await store.saveWorkload({ ...row, baselineImage: row.imageId })
  await store.liftQuarantine(id)
  return `${id} goes on from what it runs now, and failed digests may be tried again`
}
