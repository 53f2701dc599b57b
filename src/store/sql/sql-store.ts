import type { PendingEvent, Store, WithWord } from '../store.ts'
import * as events from './events.ts'
import { appendHistory, readHistory } from './history.ts'
import { readImage, writeImage } from './images.ts'
import { appendJournal, readJournal } from './journal.ts'
import { readEngineNotes, writeEngineNote } from './engine-notes.ts'
import { readHold, readMeta, writeHold, writeMeta } from './meta.ts'
import { isRepeated, readSightings, readTagObservation, writeTagObservation } from './observations.ts'
import * as overrides from './overrides.ts'
import * as pauses from './pauses.ts'
import { deleteQuarantine, readQuarantine, readQuarantines, writeQuarantine } from './quarantine.ts'
import * as rollouts from './rollouts.ts'
import * as holds from './target-holds.ts'
import { deleteWave, joinWave, readWave } from './waves.ts'
import { deleteWorkload, readWorkload, readWorkloads, writeBaselineImage, writeWorkload } from './workloads.ts'
import { createWriter } from './writer.ts'
import type { Db } from './tables.ts'
import type { WriterDeps } from './writer.ts'

interface SqlStoreDeps extends WriterDeps {
  /** Called once, by the first `close`. */
  close(): Promise<void>
}

/** The store over any database that Kysely speaks to and whose schema is up to date. */
export async function sqlStore(deps: SqlStoreDeps): Promise<Store> {
  const { db } = deps
  const isNew = (await readMeta(db, 'first_written_at')) === null
  const { write, keep, note } = createWriter(deps, isNew)
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

    engineNotes: () => readEngineNotes(db),
    saveEngineNote: (each) => write((transaction) => writeEngineNote(transaction, each)),

    tagObservation: (...key) => readTagObservation(db, ...key),
    saveTagObservation: (observation) =>
      (isRepeated(observation) ? note : write)((transaction) => writeTagObservation(transaction, observation)),
    sightings: (...query) => readSightings(db, ...query),

    imageDescription: (...key) => readImage(db, ...key),
    saveImageDescription: (...image) => write((transaction) => writeImage(transaction, ...image)),

    workload: (id) => readWorkload(db, id),
    workloads: () => readWorkloads(db),
    saveWorkload: (row, baseline) => note((transaction) => writeWorkload(transaction, row, baseline === 'keep')),
    deleteWorkload: (id) => write((transaction) => deleteWorkload(transaction, id)),

    rollout: (id) => rollouts.readRollout(db, id),
    saveRollout: (rollout, also = {}) =>
      write(async (transaction) => {
        await rollouts.writeRollout(transaction, rollout)
        if (also.journal) await appendJournal(transaction, also.journal)
        if (also.history) await appendHistory(transaction, also.history)
        for (const entry of also.historyOfOthers ?? []) await appendHistory(transaction, entry)
        if (also.quarantine) await writeQuarantine(transaction, also.quarantine)
        if (also.wave !== undefined) {
          const from = also.waveFrom === undefined ? rollout.fromDigest : also.waveFrom
          await joinWave(transaction, also.wave, rollout, from)
        }
        if (also.gateFailure) await holds.writeGateFailure(transaction, rollout.id, also.gateFailure)
        if (also.brake) await appendHistory(transaction, also.brake)
        if (also.baselineImage !== undefined) {
          await writeBaselineImage(transaction, rollout.workload, also.baselineImage)
        }
      }),
    openRollouts: () => rollouts.readOpenRollouts(db),
    rollouts: (workload, limit) => rollouts.readRollouts(db, workload, limit),
    journal: (rollout) => readJournal(db, rollout),
    saveSnapshot: (rollout, snapshot) => write((transaction) => rollouts.writeSnapshot(transaction, rollout, snapshot)),
    snapshot: (rollout) => rollouts.readSnapshot(db, rollout),

    wave: (group) => readWave(db, group),
    endWave: (group, ended) => write((transaction) => deleteWave(transaction, group, ended)),

    gateFailures: () => holds.readGateFailures(db),
    massChanges: () => holds.readMassChanges(db),
    setMassChange: (found, also) => writeWord(null, also, (transaction) => holds.writeMassChange(transaction, found)),
    clearMassChange: (target) => note((transaction) => holds.deleteMassChange(transaction, target)),
    approvals: () => holds.readApprovals(db),
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
      let fresh: PendingEvent[] = []
      await keep(async (transaction) => {
        // Once more from the start, if the others of its group made it fail.
        fresh = []
        for (const event of received) if (await events.receiveEvent(transaction, event)) fresh.push(event)
      })
      return fresh
    },
    pendingEvents: (limit) => events.readPendingEvents(db, limit),
    checkOffEvents: (seenTo) => note((transaction) => events.deletePendingEvents(transaction, seenTo)),
    async forgetEventKeys(before) {
      for (;;) {
        let hasMore = false
        await note(async (transaction) => void (hasMore = await events.deleteEventKeys(transaction, before)))
        if (!hasMore) return
      }
    },
    addDeadLetter: (letter) => keep((transaction) => events.writeDeadLetter(transaction, letter)),
    deadLetters: () => events.readDeadLetters(db),
    checkWritable: () =>
      keep((transaction) => writeMeta(transaction, 'checked_at', new Date(deps.now()).toISOString())),

    addHistory: (entry) => write((transaction) => appendHistory(transaction, entry)),
    history: (query) => readHistory(db, query),

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
