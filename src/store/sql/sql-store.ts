import type { Store } from '../store.ts'
import { appendHistory, readHistory } from './history.ts'
import { readImage, writeImage } from './images.ts'
import { appendJournal, readJournal } from './journal.ts'
import { readHold, readMeta, writeHold } from './meta.ts'
import { isRepeated, readSightings, readTagObservation, writeTagObservation } from './observations.ts'
import { deleteQuarantine, readQuarantine, writeQuarantine } from './quarantine.ts'
import * as rollouts from './rollouts.ts'
import { deleteWorkload, readWorkload, readWorkloads, writeBaselineImage, writeWorkload } from './workloads.ts'
import { createWriter } from './writer.ts'
import type { WriterDeps } from './writer.ts'

interface SqlStoreDeps extends WriterDeps {
  /** Called once, by the first `close`. */
  close(): Promise<void>
}

/** The store over any database that Kysely speaks to and whose schema is up to date. */
export async function sqlStore(deps: SqlStoreDeps): Promise<Store> {
  const { db } = deps
  const isNew = (await readMeta(db, 'first_written_at')) === null
  const { write, note } = createWriter(deps, isNew)
  let closing: Promise<void> | undefined

  return {
    isNew,

    hold: () => readHold(db),
    setHold: (hold) => write((transaction) => writeHold(transaction, hold)),

    tagObservation: (...key) => readTagObservation(db, ...key),
    saveTagObservation: (observation) =>
      (isRepeated(observation) ? note : write)((transaction) => writeTagObservation(transaction, observation)),
    sightings: (...query) => readSightings(db, ...query),

    imageDescription: (...key) => readImage(db, ...key),
    saveImageDescription: (...image) => write((transaction) => writeImage(transaction, ...image)),

    workload: (id) => readWorkload(db, id),
    workloads: () => readWorkloads(db),
    saveWorkload: (row) => note((transaction) => writeWorkload(transaction, row)),
    deleteWorkload: (id) => write((transaction) => deleteWorkload(transaction, id)),

    rollout: (id) => rollouts.readRollout(db, id),
    saveRollout: (rollout, also = {}) =>
      write(async (transaction) => {
        await rollouts.writeRollout(transaction, rollout)
        if (also.journal) await appendJournal(transaction, also.journal)
        if (also.history) await appendHistory(transaction, also.history)
        if (also.quarantine) await writeQuarantine(transaction, also.quarantine)
        if (also.baselineImage !== undefined) {
          await writeBaselineImage(transaction, rollout.workload, also.baselineImage)
        }
      }),
    openRollouts: () => rollouts.readOpenRollouts(db),
    rollouts: (workload, limit) => rollouts.readRollouts(db, workload, limit),
    journal: (rollout) => readJournal(db, rollout),
    saveSnapshot: (rollout, snapshot) => write((transaction) => rollouts.writeSnapshot(transaction, rollout, snapshot)),
    snapshot: (rollout) => rollouts.readSnapshot(db, rollout),

    quarantine: (workload) => readQuarantine(db, workload),
    liftQuarantine: (workload) => write((transaction) => deleteQuarantine(transaction, workload)),

    addHistory: (entry) => write((transaction) => appendHistory(transaction, entry)),
    history: (query) => readHistory(db, query),

    close: () => (closing ??= deps.close()),
  }
}
