import { sql } from 'kysely'
import { toAppError } from '../../errors.ts'
import type { PostgresAddress } from '../../lib/postgres-address.ts'
import type { Log } from '../../lib/log.ts'
import type { Reason } from '../../rollout/rollout.ts'
import { readHold, readMeta, writeMeta } from '../sql/meta.ts'
import type { Db } from '../sql/tables.ts'
import type { Work } from '../sql/writer.ts'
import { currentSchema } from './examine-schema.ts'
import { landmarkFile } from './landmark-file.ts'
import { isBehind, newId, nextCount, readLandmarks, writeLandmarks, type Landmark } from './landmarks.ts'
import { tellHeld, writeSetBack } from './set-back.ts'

interface LandmarkDeps {
  readonly db: Db
  readonly address: PostgresAddress
  /** Beside the database, on this machine. */
  readonly folder: string
  readonly log: Pick<Log, 'warn' | 'error'> | undefined
  readonly transact: (work: Work) => Promise<void>
  now(): number
}

/** What an owner knows of the life of its database beyond its own. */
export interface Landmarks {
  /** Work in a transaction, and a landmark with it now and then. */
  readonly transact: (work: Work) => Promise<void>
  /** Leaves the last one, where the database answers. */
  end(): Promise<void>
}

/** The least time between two of them, in milliseconds. */
const spacingMs = 3_600_000

/**
 * Compares the database with the last landmark of it that this machine has seen, and holds everything where a backup was
 * put there while nobody looked. A landmark is in the database before it is in the folder: whatever ends this process in
 * between, what the folder has was in the database.
 */
export async function rememberLandmarks(deps: LandmarkDeps): Promise<Landmarks> {
  const { db, address, log, now, transact } = deps
  const file = landmarkFile(deps.folder, `${address.shown} (schema ${await currentSchema(db)})`)
  const what = `the database at ${address.shown} is at an earlier time than it was left at (a backup was put there)`
  let at = now()

  const leave = async (seen: Landmark | null): Promise<void> => {
    let next: Landmark | null = null
    let reason: Reason | null = null
    await transact(async (transaction) => {
      const known = readLandmarks(await readMeta(transaction, 'landmarks'))
      next = { count: nextCount(known, seen), id: newId() }
      // What the folder has must not be lost with the server.
      await sql`select set_config('synchronous_commit', 'on', true)`.execute(transaction)
      await writeMeta(transaction, 'landmarks', writeLandmarks(next, known))
      // A migration may have found so before.
      if (!isBehind(known, seen) || (await readHold(transaction))?.reason.code === 'STATE_RESTORED') return
      reason = await writeSetBack(transaction, what, new Date(now()).toISOString())
    })
    tellHeld(reason, log)
    if (next !== null) keep(next)
  }
  const keep = (landmark: Landmark): void => {
    try {
      file.write(landmark)
    } catch (error) {
      tell(error)
    }
  }
  const tell = (error: unknown): void => {
    const { code, message } = toAppError(error)
    log?.warn({ code }, `a database that goes back may not be noticed at the next start: ${message}`)
  }

  await leave(file.read())
  return {
    async transact(work) {
      await transact(work)
      if (Math.abs(now() - at) < spacingMs) return
      at = now()
      await leave(null).catch(tell)
    },
    end: () => leave(null).catch(tell),
  }
}
