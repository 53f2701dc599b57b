import type { JournalStep } from '../../src/rollout/rollout.ts'
import type { Store } from '../../src/store/store.ts'
import { digest, historyEntry, quarantine, rollout, tagObservation, workload } from './store-rows.ts'

/** In the year. */
export const days = 365

/** Days between two pushes of a workload. */
export const pushEvery = 5

/** After so many days all that is bounded by its count is full: 50 rollouts of each workload. */
export const fullAfter = 280

const dayMs = 86_400_000
const begin = Date.UTC(2026, 0, 1)

/** About what a description of two platforms takes. */
const description = { images: Array.from({ length: 2 }, (_, at) => ({ at, labels: { text: 'x'.repeat(700) } })) }

const steps: readonly JournalStep[] = ['J0', 'J1', 'J1', 'J2', 'J3', 'J4', 'J4', 'J5', 'J6', 'J7', 'J8', 'J8']

/** What a rollout of a workload leaves in the state: as many rows as a real one. */
async function rollOut(store: Store, index: number, day: number): Promise<void> {
  const id = `local/container/app-${index}`
  const at = (second: number): string => new Date(begin + day * dayMs + index * 1000 + second).toISOString()
  const next = digest((day + pushEvery) * 1000 + index)
  const before = digest(day * 1000 + index)
  const tag = tagObservation({ repository: `team/app-${index}`, digest: next, firstSeenAt: at(0), seenAt: at(0) })
  const isBad = (index + day) % 20 === 0
  const outcome = isBad ? 'rolled-back' : 'succeeded'
  const done = rollout({
    id: `${day}-${index}`,
    workload: id,
    createdAt: at(1),
    digest: next,
    fromDigest: before,
    stage: 'ended',
    outcome,
    logTail: isBad ? 'a line that the failed version printed\n'.repeat(40) : null,
    attempted: Array.from({ length: 12 }, () => 'pull'),
  })
  await Promise.all([
    store.saveTagObservation(tag),
    store.saveImageDescription(tag.registry, tag.repository, next, description),
    store.saveWorkload(workload({ id, digest: isBad ? before : next, candidate: null })),
    store.addHistory(historyEntry({ at: at(1), workload: id, rollout: done.id, kind: 'rollout-started' })),
    store.saveRollout(done, {
      history: historyEntry({ at: at(2), workload: id, rollout: done.id }),
      ...(isBad && { quarantine: quarantine({ workload: id, digest: next, since: at(2) }) }),
    }),
    ...steps.map((step) => store.saveRollout(done, { journal: { rollout: done.id, step, effect: 'pull', at: at(3) } })),
    store.receiveEvents([{ ...tag, key: `distribution:${done.id}`, receivedAt: at(0) }]),
  ])
}

/** What a year is lived in. */
interface Year {
  readonly workloads: number
  /** Called before each day, with its time. */
  readonly onDay: (now: number) => void
  readonly sizeBytes: () => Promise<number>
}

/**
 * Has each workload rolled out every so many days, and what is old forgotten, as a service would.
 * @returns sizes in bytes: when it was full, and at the end
 */
export async function liveAYear(store: Store, { workloads, onDay, sizeBytes }: Year) {
  let full = 0
  for (let day = 0; day < days; day += 1) {
    const now = begin + day * dayMs
    onDay(now)
    const due = Array.from({ length: workloads }, (_, index) => index).filter((each) => (each + day) % pushEvery === 0)
    await Promise.all(due.map((index) => rollOut(store, index, day)))
    await store.checkOffEvents(await store.pendingEvents(1000))
    // A service does so every day; here that would be most of the work.
    if (day % 7 === 0 || day === days - 1) await store.forgetOld(new Date(now).toISOString())
    if (day + 1 === fullAfter) full = await sizeBytes()
  }
  return { full, end: await sizeBytes() }
}

/** The rows that such a year leaves. What is bounded by its count is full; the history of a year still adds its share. */
export const rowsAfterAYear = (workloads: number) => ({
  rollouts: 50 * workloads,
  journal: 600 * workloads,
  images: 50 * workloads,
  event_inbox: 0,
})

/** Keys of events in a week and a day. */
export const eventKeysMax = (workloads: number): number => (workloads / pushEvery) * 8

/** `80.1`. */
export const mb = (bytes: number): string => (bytes / 1e6).toFixed(1)
