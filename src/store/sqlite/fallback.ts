import { existsSync, renameSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../errors.ts'
import type { Log } from '../../lib/log.ts'
import { syncToDisk } from '../../lib/reach-disk.ts'
import type { Reason } from '../../rollout/rollout.ts'
import type { Store } from '../store.ts'
import { stamp } from './backup-files.ts'
import { stateFiles, type StateFiles } from './files.ts'
import { takeLock } from './lock.ts'

/** The folder that takes the place of another one while that cannot be written. */
export interface FallbackPlace {
  readonly folder: string
  /** The one that cannot be written; null while it can, and is in use. */
  readonly insteadOf: string | null
}

/**
 * Neither place knows what was said and done in the other: everything is held when one follows the other. Only for the
 * owner of the store, which lies in whichever of the two is in use.
 *
 * @throws STATE_LOCKED when somebody works on the other place
 */
export async function settleFallback(
  store: Store,
  { folder, insteadOf }: FallbackPlace,
  { now, log }: { readonly now: number; readonly log: Pick<Log, 'warn' | 'error'> | null },
): Promise<void> {
  if (insteadOf === null) return leave(store, stateFiles(folder), now)
  log?.warn({ code: 'STATE_UNWRITABLE' }, `${insteadOf} cannot be written: the state in ${folder} is used instead`)
  if (!store.isNew) return
  const sentence = `${insteadOf} cannot be written, and a new state begins in ${folder}: pins, pauses and quarantine are missing; look, then run: longshore resume`
  await hold(store, { code: 'STATE_LOST', sentence }, now)
}

/** Held first, and durably: killed in between, the next start does both again. */
async function leave(store: Store, files: StateFiles, now: number): Promise<void> {
  if (!existsSync(files.database)) return
  const lock = takeLock(files.lock)
  if (lock === null) throw new AppError('STATE_LOCKED', `another longshore works on the state in ${files.folder}`)
  try {
    const aside = `${files.database}.left-${stamp(now)}`
    const sentence = `the state in ${files.folder} was used meanwhile, and is kept as ${aside}: what was said and done there is missing here; look, then run: longshore resume`
    await hold(store, { code: 'STATE_RESTORED', sentence }, now)
    gather(files.database)
    for (const suffix of ['-wal', '-shm', '']) {
      if (existsSync(files.database + suffix)) renameSync(files.database + suffix, aside + suffix)
    }
    syncToDisk(files.folder)
  } finally {
    lock.release()
  }
}

/** What a process that was killed left in the log goes into the file, where it can: it is kept for people to look at. */
function gather(file: string): void {
  try {
    const database = new DatabaseSync(file)
    database.exec('pragma wal_checkpoint(truncate)')
    database.close()
  } catch {
    // It is kept as it is.
  }
}

async function hold(store: Store, reason: Reason, now: number): Promise<void> {
  const at = new Date(now).toISOString()
  const known = await store.hold()
  await store.setHold({ reason, since: known?.since ?? at })
  const none = { actor: null, workload: null, rollout: null, fromDigest: null, toDigest: null }
  await store.addHistory({ ...none, at, kind: 'hold', reason })
}
