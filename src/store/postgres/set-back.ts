import type { Log } from '../../lib/log.ts'
import type { Reason } from '../../rollout/rollout.ts'
import { appendHistory } from '../sql/history.ts'
import { readMeta, writeHold, writeMeta } from '../sql/meta.ts'
import type { Db } from '../sql/tables.ts'
import type { Time } from '../store.ts'

interface SetBackDeps {
  readonly shown: string
  readonly log: Pick<Log, 'error'> | undefined
  now(): number
}

/**
 * What is done first in every transaction of an owner: where the database has lost what we had written, everything is
 * held until a person has looked (I9), as over a backup that took the place of the state.
 */
export function holdSetBack(
  { takeSetBack }: { takeSetBack(): boolean },
  { shown, log, now }: SetBackDeps,
): (transaction: Db) => Promise<void> {
  let isDue = false
  return async (transaction) => {
    isDue ||= takeSetBack()
    if (!isDue) return
    const what = `the database at ${shown} went back to an earlier time (a standby that had not got everything, or a backup)`
    const reason = await writeSetBack(transaction, what, new Date(now()).toISOString())
    tellHeld(reason, log)
    isDue = false
  }
}

/**
 * Holds everything in a database that went back, and counts it as a backup that took the place of the state.
 * @param what happened, without its full stop
 */
export async function writeSetBack(transaction: Db, what: string, since: Time): Promise<Reason> {
  const reason = {
    code: 'STATE_RESTORED',
    sentence: `${what}: pins, pauses, quarantine and rollouts since then may be missing; look, then run: longshore resume`,
  }
  const nobody = { actor: null, workload: null, rollout: null, fromDigest: null, toDigest: null } as const
  await writeHold(transaction, { reason, since })
  await appendHistory(transaction, { ...nobody, at: since, kind: 'hold', reason })
  await writeMeta(transaction, 'restores', String(Number((await readMeta(transaction, 'restores')) ?? 0) + 1))
  return reason
}

/** Says so loudly; null where nothing is held. */
export function tellHeld(reason: Reason | null, log: Pick<Log, 'error'> | undefined): void {
  if (reason !== null) log?.error({ code: reason.code }, `everything is held: ${reason.sentence}`)
}
