import { isDeepStrictEqual } from 'node:util'
import type { Digest } from '../../src/image/digest.ts'
import type { Rollout } from '../../src/rollout/rollout.ts'
import type {
  Approval,
  DeadLetter,
  GateFailure,
  HeardEvent,
  HistoryEntry,
  Hold,
  JournalEntry,
  MassChange,
  PendingEvent,
  Override,
  Pause,
  Quarantine,
  SourceTrouble,
  Store,
  TargetNote,
  Time,
  WithWord,
  WorkloadRow,
} from '../../src/store/store.ts'
import { createMemoryTrail } from './store-event-trail.ts'
import { createMemoryTags } from './store-tag-lists.ts'

/** A store in memory for tests of pure logic; the conformance kit holds it to the same promises as the real ones. */
export function createMemoryStore(): Store {
  let hold: Hold | null = null
  let restoredAt: Time | null = null
  const engineNotes = new Map<string, TargetNote>()
  const descriptions = new Map<string, unknown>()
  const workloads = new Map<string, WorkloadRow>()
  const rollouts = new Map<string, Rollout>()
  const journals = new Map<string, JournalEntry[]>()
  const snapshots = new Map<string, unknown>()
  const quarantines = new Map<string, Quarantine>()
  const overrides = new Map<string, Override>()
  const pauses = new Map<string, Pause>()
  const waves = new Map<string, Map<string, { readonly id: string; readonly from: Digest | null }>>()
  let gateFailures: (GateFailure & { rollout: string })[] = []
  const massChanges = new Map<string, MassChange>()
  let approvals: Approval[] = []
  const history: HistoryEntry[] = []
  const eventKeys = new Map<string, string>()
  const inbox = new Map<string, PendingEvent>()
  const letters: DeadLetter[] = []
  const trail = createMemoryTrail()
  let troubles: readonly SourceTrouble[] = []
  let proven: readonly string[] = []
  const key = (...parts: string[]) => parts.join('\n')
  const setBaseline = (id: string, baselineImage: string | undefined) => {
    const row = workloads.get(id)
    if (baselineImage !== undefined && row) workloads.set(id, { ...row, baselineImage })
  }
  const lift = (workload: string, digest: string) => {
    for (const [at, each] of quarantines) {
      if (each.workload === workload && (digest === 'all' || each.digest === digest)) quarantines.delete(at)
    }
  }
  const writeAlso = (workload: string | null, also: WithWord = {}) => {
    if (also.history) history.unshift(also.history)
    if (workload === null) return
    if (also.liftsQuarantine) lift(workload, also.liftsQuarantine)
    setBaseline(workload, also.baselineImage)
  }

  return {
    isNew: true,
    hold: async () => hold,
    restoredAt: async () => restoredAt,
    setHold: async (next, also) => {
      hold = next
      if (next?.reason.code === 'STATE_RESTORED') restoredAt = next.since
      writeAlso(null, also)
    },
    engineNotes: async () => byTarget([...engineNotes.values()]),
    saveEngineNote: async (note) => void engineNotes.set(note.target, note),
    ...createMemoryTags(),
    imageDescription: async (...parts) => descriptions.get(key(...parts)) ?? null,
    saveImageDescription: async (registry, repository, digest, description) =>
      void descriptions.set(key(registry, repository, digest), description),
    workload: async (id) => workloads.get(id) ?? null,
    workloads: async () => [...workloads.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    workloadIds: async () => [...workloads.keys()].toSorted(),
    saveWorkload: async (row, baseline) => {
      const { baselineImage } = (baseline === 'keep' && workloads.get(row.id)) || row
      workloads.set(row.id, { ...row, baselineImage })
    },
    async renewWorkload(row) {
      const known = workloads.get(row.id)
      const { observedAt, decidedAt } = row
      const renewed = known && { ...known, observedAt, decidedAt }
      if (renewed === undefined || !isDeepStrictEqual(renewed, { ...row, since: known?.since })) return false
      workloads.set(row.id, renewed)
      return true
    },
    deleteWorkload: async (id) => void workloads.delete(id),
    rollout: async (id) => rollouts.get(id) ?? null,
    saveRollout: async (rollout, also = {}) => {
      rollouts.set(rollout.id, rollout)
      if (also.journal) journals.set(rollout.id, [...(journals.get(rollout.id) ?? []), also.journal])
      for (const entry of also.historyOfHooks ?? []) history.unshift(entry)
      if (also.history) history.unshift(also.history)
      for (const entry of also.historyOfOthers ?? []) history.unshift(entry)
      if (also.quarantine) quarantines.set(key(also.quarantine.workload, also.quarantine.digest), also.quarantine)
      if (also.wave !== undefined) {
        const from = also.waveFrom === undefined ? rollout.fromDigest : also.waveFrom
        const wave = waves.get(also.wave) ?? new Map<string, { id: string; from: Digest | null }>()
        waves.set(also.wave, wave.set(rollout.workload, { id: rollout.id, from }))
      }
      const earlier = gateFailures
      if (also.gateFailure && !gateFailures.some((each) => each.rollout === rollout.id)) {
        gateFailures = [...gateFailures, { ...also.gateFailure, rollout: rollout.id }]
        const its = gateFailures.filter((each) => each.target === also.gateFailure?.target)
        gateFailures = gateFailures.filter((each) => !its.slice(0, -100).includes(each))
      }
      const braked = also.gateFailure && also.brake?.(earlier, gateFailures)
      if (braked) history.unshift(braked)
      setBaseline(rollout.workload, also.baselineImage)
      if (rollout.stage === 'ended') snapshots.delete(rollout.id)
    },
    openRollouts: async () => [...rollouts.values()].filter((each) => each.stage !== 'ended'),
    rolloutsUnderWay: async () => [...rollouts.values()].filter(({ stage }) => stage !== 'ended' && stage !== 'kept'),
    rollouts: async (workload, limit) =>
      [...rollouts.values()]
        .filter((each) => each.workload === workload)
        .toReversed()
        .slice(0, limit),
    journal: async (rollout) => journals.get(rollout) ?? [],
    saveSnapshot: async (rollout, snapshot) => void snapshots.set(rollout, snapshot),
    snapshot: async (rollout) => snapshots.get(rollout) ?? null,
    wave: async (group) =>
      [...(waves.get(group)?.values() ?? [])]
        .flatMap(({ id, from }) => {
          const found = rollouts.get(id)
          return found === undefined ? [] : [{ ...found, fromDigest: from }]
        })
        .toSorted((a, b) => (`${a.createdAt} ${a.id}` < `${b.createdAt} ${b.id}` ? -1 : 1)),
    endWave: async (group, ended) => {
      const wave = waves.get(group)
      for (const [workload, { id }] of wave ?? []) if (ended.includes(id)) wave?.delete(workload)
    },
    gateFailures: async () =>
      gateFailures.map(({ target, workload, digest, at }) => ({ target, workload, digest, at })),
    massChanges: async () => [...massChanges].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each),
    setMassChange: async (found, also) => {
      massChanges.set(found.target, found)
      writeAlso(null, also)
    },
    clearMassChange: async (target) => void massChanges.delete(target),
    approvals: async () => approvals.toSorted((a, b) => (a.workload < b.workload ? -1 : 1)),
    clearApproval: async (workload) => void (approvals = approvals.filter((each) => each.workload !== workload)),
    releaseTarget: async (target, given, also) => {
      gateFailures = gateFailures.filter((each) => each.target !== target)
      massChanges.delete(target)
      approvals = [...approvals.filter((each) => each.target !== target), ...given]
      writeAlso(null, also)
    },
    quarantine: async (workload) => [...quarantines.values()].filter((each) => each.workload === workload),
    quarantines: async () => [...quarantines].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each),
    liftQuarantine: async (workload, digest, entry) => {
      lift(workload, digest)
      if (entry) history.unshift(entry)
    },
    override: async (workload) => overrides.get(workload) ?? null,
    overrides: async () => [...overrides].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each),
    setOverride: async (override, also) => {
      overrides.set(override.workload, override)
      writeAlso(override.workload, also)
    },
    clearOverride: async ({ workload, since, kind, tag, digest }, { next, ...also } = {}) => {
      const found = overrides.get(workload)
      if (found?.since !== since || found.kind !== kind || found.tag !== tag || found.digest !== digest) return
      overrides.delete(workload)
      if (next !== undefined) overrides.set(workload, next)
      writeAlso(workload, also)
    },
    pauses: async () => [...pauses].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each),
    setPause: async (pause, also) => {
      pauses.set(pause.workload ?? '', pause)
      writeAlso(pause.workload, also)
    },
    clearPause: async (workload, also) => {
      pauses.delete(workload ?? '')
      writeAlso(workload, also)
    },
    receiveEvents: async (events) =>
      events.map((received): HeardEvent => {
        const { from: _from, identity, ...event } = received
        const place = key(event.registry, event.repository, event.tag ?? '')
        const earlier = inbox.get(place)
        const isRenewed = identity !== undefined && earlier?.key.startsWith(identity) === true
        const isNew = !isRenewed && !eventKeys.has(event.key)
        if (isNew && identity === undefined) eventKeys.set(event.key, event.receivedAt)
        if (isNew || isRenewed) inbox.set(place, event)
        if (isRenewed) trail.renew(earlier.key, event.key)
        trail.add(received, isNew)
        const isWaiting = earlier?.key === event.key
        return { isNew, pending: isNew || isRenewed ? event : isWaiting ? earlier : null }
      }),
    pendingEvents: async (limit, after) =>
      [...inbox.values()]
        .filter((each) => after === undefined || order(after) < order(each))
        .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
        .slice(0, limit),
    putAsideUnreadable: async () => [],
    checkOffEvents: async (events) => {
      for (const event of events) {
        const place = key(event.registry, event.repository, event.tag ?? '')
        if (inbox.get(place)?.key === event.key) inbox.delete(place)
        trail.end(event)
      }
    },
    forgetEventKeys: async (before) => {
      for (const [known, at] of eventKeys) if (at < before) eventKeys.delete(known)
    },
    addDeadLetter: async (letter) => {
      letters.unshift(letter)
      const ofItsSource = (index: number) =>
        letters.slice(0, index).filter((each) => each.source === letters[index]?.source)
      // At -1, where no source has more than its share, stands the oldest of all.
      if (letters.length > 100)
        letters.splice(
          letters.findLastIndex((_, index) => ofItsSource(index).length >= 20),
          1,
        )
      trail.addUnreadable(letter)
    },
    eventTrail: async (query) => trail.read(query, new Set([...inbox.values()].map((each) => each.key))),
    provenNetworks: async () => proven,
    setProvenNetworks: async (given) => void (proven = given),
    sourceTroubles: async () => troubles.toSorted((a, b) => (a.source < b.source ? -1 : 1)),
    setSourceTroubles: async (given) => void (troubles = given),
    deadLetters: async () => [...letters],
    checkWritable: async () => {},
    addHistory: async (entry) => void history.unshift(entry),
    history: async ({ workload, limit }) =>
      history.filter((each) => workload === undefined || each.workload === workload).slice(0, limit),
    forgetOld: async () => {},
    contents: async function* () {},
    close: async () => {},
  }
}

const byTarget = (notes: readonly TargetNote[]): readonly TargetNote[] =>
  notes.toSorted((a, b) => (a.target < b.target ? -1 : 1))

const order = ({ receivedAt, key: id }: Pick<PendingEvent, 'receivedAt' | 'key'>): string => `${receivedAt} ${id}`
