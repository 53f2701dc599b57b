import type { Rollout } from '../../src/rollout/rollout.ts'
import type {
  HistoryEntry,
  Hold,
  JournalEntry,
  Quarantine,
  Sighting,
  Store,
  TagObservation,
  WorkloadRow,
} from '../../src/store/store.ts'

/** A store in memory for tests of pure logic; the conformance kit holds it to the same promises as the real ones. */
export function createMemoryStore(): Store {
  let hold: Hold | null = null
  const observations = new Map<string, TagObservation>()
  const sightings = new Map<string, Sighting[]>()
  const descriptions = new Map<string, unknown>()
  const workloads = new Map<string, WorkloadRow>()
  const rollouts = new Map<string, Rollout>()
  const journals = new Map<string, JournalEntry[]>()
  const snapshots = new Map<string, unknown>()
  const quarantines = new Map<string, Quarantine>()
  const history: HistoryEntry[] = []
  const key = (...parts: string[]) => parts.join('\n')

  return {
    isNew: true,
    hold: async () => hold,
    setHold: async (next) => void (hold = next),
    tagObservation: async (...parts) => observations.get(key(...parts)) ?? null,
    saveTagObservation: async (row) => {
      const at = key(row.registry, row.repository, row.tag)
      observations.set(at, row)
      const seen = sightings.get(at) ?? []
      if (row.digest !== null && row.firstSeenAt !== null && !seen.some((each) => each.digest === row.digest)) {
        sightings.set(at, [{ digest: row.digest, firstSeenAt: row.firstSeenAt }, ...seen])
      }
    },
    sightings: async (registry, repository, tag, limit) =>
      (sightings.get(key(registry, repository, tag)) ?? []).slice(0, limit),
    imageDescription: async (...parts) => descriptions.get(key(...parts)) ?? null,
    saveImageDescription: async (registry, repository, digest, description) =>
      void descriptions.set(key(registry, repository, digest), description),
    workload: async (id) => workloads.get(id) ?? null,
    workloads: async () => [...workloads.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    saveWorkload: async (row) => void workloads.set(row.id, row),
    deleteWorkload: async (id) => void workloads.delete(id),
    rollout: async (id) => rollouts.get(id) ?? null,
    saveRollout: async (rollout, also = {}) => {
      rollouts.set(rollout.id, rollout)
      if (also.journal) journals.set(rollout.id, [...(journals.get(rollout.id) ?? []), also.journal])
      if (also.history) history.unshift(also.history)
      if (also.quarantine) quarantines.set(key(also.quarantine.workload, also.quarantine.digest), also.quarantine)
      const row = workloads.get(rollout.workload)
      if (also.baselineImage !== undefined && row) workloads.set(row.id, { ...row, baselineImage: also.baselineImage })
      if (rollout.stage === 'ended') snapshots.delete(rollout.id)
    },
    openRollouts: async () => [...rollouts.values()].filter((each) => each.stage !== 'ended'),
    rollouts: async (workload, limit) =>
      [...rollouts.values()]
        .filter((each) => each.workload === workload)
        .toReversed()
        .slice(0, limit),
    journal: async (rollout) => journals.get(rollout) ?? [],
    saveSnapshot: async (rollout, snapshot) => void snapshots.set(rollout, snapshot),
    snapshot: async (rollout) => snapshots.get(rollout) ?? null,
    quarantine: async (workload) => [...quarantines.values()].filter((each) => each.workload === workload),
    liftQuarantine: async (workload) => {
      for (const [at, each] of quarantines) if (each.workload === workload) quarantines.delete(at)
    },
    addHistory: async (entry) => void history.unshift(entry),
    history: async ({ workload, limit }) =>
      history.filter((each) => workload === undefined || each.workload === workload).slice(0, limit),
    close: async () => {},
  }
}
