import type { HeardEvent, Store, StoreBackups, WithWord } from '../store.ts'
import { readContents } from './contents.ts'
import { createEventKeys } from './event-keys.ts'
import { createTrailWriter, endTrail, readTrail } from './event-trail.ts'
import { createInboxRoom } from './inbox-room.ts'
import * as events from './events.ts'
import { forgetOld } from './forget-old.ts'
import { gathered } from './gathered.ts'
import { appendHistory, readHistory } from './history.ts'
import { readImage, writeImage } from './images.ts'
import { joined } from './joined.ts'
import { appendJournal, readJournal } from './journal.ts'
import { readEngineNotes, writeEngineNote } from './engine-notes.ts'
import { receiveEvent } from './receive-event.ts'
import { readHold, readMeta, writeHold, writeMeta } from './meta.ts'
import { isRepeated, readSightings, writeTagObservation } from './observations.ts'
import { readTagObservationsAt, type TagKey } from './observations-at.ts'
import { refuseMoved } from './moved.ts'
import * as overrides from './overrides.ts'
import * as pauses from './pauses.ts'
import { putAside } from './put-aside.ts'
import { deleteQuarantine, readQuarantine, readQuarantines, writeQuarantine } from './quarantine.ts'
import * as rollouts from './rollouts.ts'
import { renewWorkload } from './renew-workload.ts'
import * as lists from './tag-lists.ts'
import * as holds from './target-holds.ts'
import { readProvenNetworks, writeProvenNetworks } from './proven-networks.ts'
import { readSourceTroubles, writeSourceTroubles } from './source-troubles.ts'
import { readRolloutsUnderWay } from './under-way.ts'
import { deleteWave, joinWave, readWave } from './waves.ts'
import { deleteWorkload, readWorkload, readWorkloads, writeBaselineImage, writeWorkload } from './workloads.ts'
import { readWorkloadIds } from './workload-ids.ts'
import { createWriter } from './writer.ts'
import type { Db } from './tables.ts'
import type { WriterDeps } from './writer.ts'

interface SqlStoreDeps extends WriterDeps {
  readonly backups?: StoreBackups
  /** Called once, by the first `close`. */
  close(): Promise<void>
}

/** The store over any database that Kysely speaks to and whose schema is up to date. @throws STATE_MOVED */
export async function sqlStore(deps: SqlStoreDeps): Promise<Store> {
  const { db } = deps
  await refuseMoved(db)
  const isNew = (await readMeta(db, 'first_written_at')) === null
  const { write, keep, gather, note } = createWriter(deps, isNew)
  const trail = createTrailWriter()
  const receiving = { keys: createEventKeys(), room: createInboxRoom(), trail }
  const tagAt = gathered((keys: readonly TagKey[]) => readTagObservationsAt(db, keys))
  let closing: Promise<void> | undefined
  const writeWord = (workload: string | null, also: WithWord | undefined, word: (transaction: Db) => Promise<void>) =>
    write(async (transaction) => {
      await word(transaction)
      await writeAlso(transaction, workload, also)
    })

  return {
    isNew,

    hold: () => readHold(db),
    setHold: (hold, also) => writeWord(null, also, (transaction) => writeHold(transaction, hold)),

    restoredAt: () => readMeta(db, 'restored_at'),

    engineNotes: () => readEngineNotes(db),
    saveEngineNote: (each) => write((transaction) => writeEngineNote(transaction, each)),

    tagObservation: (registry, repository, tag) => tagAt({ registry, repository, tag }),
    saveTagObservation: (observation) =>
      (isRepeated(observation) ? note : write)((transaction) => writeTagObservation(transaction, observation)),
    sightings: (...query) => readSightings(db, ...query),

    tagObservations: (...key) => lists.readTagObservations(db, ...key),
    movedTags: (...key) => lists.readMovedTags(db, ...key),

    tagList: (...key) => lists.readTagList(db, ...key),
    listedTags: (...key) => lists.readListedTags(db, ...key),
    saveTagList: (list, listed) =>
      (listed === undefined ? note : write)((transaction) => lists.writeTagList(transaction, list, listed)),

    imageDescription: (...key) => readImage(db, ...key),
    saveImageDescription: (...image) =>
      write((transaction) => writeImage(transaction, ...image, new Date(deps.now()).toISOString())),

    workload: (id) => readWorkload(db, id),
    workloads: () => readWorkloads(db),
    workloadIds: () => readWorkloadIds(db),
    saveWorkload: (row, baseline) => note((transaction) => writeWorkload(transaction, row, baseline === 'keep')),
    async renewWorkload(row) {
      let isSame = false
      await note(async (transaction) => void (isSame = await renewWorkload(transaction, row)))
      return isSame
    },
    deleteWorkload: (id) => write((transaction) => deleteWorkload(transaction, id)),

    rollout: (id) => rollouts.readRollout(db, id),
    saveRollout: (rollout, also = {}) =>
      write(async (transaction) => {
        await rollouts.writeRollout(transaction, rollout)
        if (also.journal) await appendJournal(transaction, also.journal)
        for (const entry of also.historyOfHooks ?? []) await appendHistory(transaction, entry)
        if (also.history) await appendHistory(transaction, also.history)
        for (const entry of also.historyOfOthers ?? []) await appendHistory(transaction, entry)
        if (also.quarantine) await writeQuarantine(transaction, also.quarantine)
        if (also.wave !== undefined) {
          const from = also.waveFrom === undefined ? rollout.fromDigest : also.waveFrom
          await joinWave(transaction, also.wave, rollout, from)
        }
        if (also.gateFailure) {
          const earlier = await holds.readGateFailures(transaction)
          await holds.writeGateFailure(transaction, rollout.id, also.gateFailure)
          const told = also.brake?.(earlier, await holds.readGateFailures(transaction)) ?? null
          if (told !== null) await appendHistory(transaction, told)
        }
        if (also.baselineImage !== undefined) {
          await writeBaselineImage(transaction, rollout.workload, also.baselineImage)
        }
      }),
    openRollouts: () => rollouts.readOpenRollouts(db),
    rolloutsUnderWay: joined(() => readRolloutsUnderWay(db)),
    rollouts: (workload, limit) => rollouts.readRollouts(db, workload, limit),
    journal: (rollout) => readJournal(db, rollout),
    saveSnapshot: (rollout, snapshot) => write((transaction) => rollouts.writeSnapshot(transaction, rollout, snapshot)),
    snapshot: (rollout) => rollouts.readSnapshot(db, rollout),

    wave: (group) => readWave(db, group),
    endWave: (group, ended) => write((transaction) => deleteWave(transaction, group, ended)),

    gateFailures: () => holds.readGateFailures(db),
    massChanges: joined(() => holds.readMassChanges(db)),
    setMassChange: (found, also) => writeWord(null, also, (transaction) => holds.writeMassChange(transaction, found)),
    clearMassChange: (target) => note((transaction) => holds.deleteMassChange(transaction, target)),
    approvals: joined(() => holds.readApprovals(db)),
    clearApproval: (workload) => note((transaction) => holds.deleteApproval(transaction, workload)),
    releaseTarget: (target, approvals, also) =>
      writeWord(null, also, (transaction) => holds.releaseTarget(transaction, target, approvals)),

    quarantine: (workload) => readQuarantine(db, workload),
    quarantines: () => readQuarantines(db),
    liftQuarantine: (workload, digest, history) =>
      writeWord(workload, history && { history }, (transaction) => deleteQuarantine(transaction, workload, digest)),

    override: (workload) => overrides.readOverride(db, workload),
    overrides: () => overrides.readOverrides(db),
    setOverride: (override, also) =>
      writeWord(override.workload, also, (transaction) => overrides.writeOverride(transaction, override)),
    clearOverride: (override, { next, ...also } = {}) =>
      write(async (transaction) => {
        if (!(await overrides.deleteOverride(transaction, override))) return
        if (next !== undefined) await overrides.writeOverride(transaction, next)
        await writeAlso(transaction, override.workload, also)
      }),

    pauses: () => pauses.readPauses(db),
    setPause: (pause, also) => writeWord(pause.workload, also, (transaction) => pauses.writePause(transaction, pause)),
    clearPause: (workload, also) =>
      writeWord(workload, also, (transaction) => pauses.deletePause(transaction, workload)),

    async receiveEvents(received) {
      let heard: HeardEvent[] = []
      await gather(async (transaction) => {
        // Once more from the start, if the others of its group made it fail.
        heard = []
        for (const event of received) heard.push(await receiveEvent(transaction, receiving, event))
      })
      return heard
    },
    pendingEvents: (limit, after) => events.readPendingEvents(db, limit, after),
    async putAsideUnreadable(...page) {
      let reasons: Awaited<ReturnType<typeof putAside>> = []
      await note(async (transaction) => void (reasons = await putAside(transaction, ...page)))
      return reasons
    },
    checkOffEvents: (seenTo) =>
      note(async (transaction) => {
        await events.deletePendingEvents(transaction, seenTo)
        for (const event of seenTo) if (event.end !== undefined) await endTrail(transaction, event, event.end)
      }),
    eventTrail: (query) => readTrail(db, query),
    provenNetworks: () => readProvenNetworks(db),
    setProvenNetworks: (networks) => keep((transaction) => writeProvenNetworks(transaction, networks)),
    sourceTroubles: () => readSourceTroubles(db),
    setSourceTroubles: (troubles) => keep((transaction) => writeSourceTroubles(transaction, troubles)),
    async forgetEventKeys(before) {
      for (;;) {
        let hasMore = false
        await note(async (transaction) => void (hasMore = await events.deleteEventKeys(transaction, before)))
        if (!hasMore) return
      }
    },
    addDeadLetter: (letter) =>
      gather(async (transaction) => {
        await events.writeDeadLetter(transaction, letter)
        await trail.addUnreadable(transaction, letter)
      }),
    deadLetters: () => events.readDeadLetters(db),
    checkWritable: () =>
      keep((transaction) => writeMeta(transaction, 'checked_at', new Date(deps.now()).toISOString())),

    addHistory: (entry) => write((transaction) => appendHistory(transaction, entry)),
    history: (query) => readHistory(db, query),

    forgetOld: (now) => forgetOld(db, note, now),
    contents: () => readContents(db),
    ...(deps.backups && { backups: deps.backups }),
    close: () => (closing ??= deps.close()),
  }
}

async function writeAlso(transaction: Db, workload: string | null, also: WithWord = {}): Promise<void> {
  const { history, liftsQuarantine, baselineImage } = also
  if (history) await appendHistory(transaction, history)
  if (workload === null) return
  if (liftsQuarantine) await deleteQuarantine(transaction, workload, liftsQuarantine)
  if (baselineImage !== undefined) await writeBaselineImage(transaction, workload, baselineImage)
}
