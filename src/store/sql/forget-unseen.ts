import type { Time } from '../store.ts'
import { inBatches, timeBefore, type Note } from './batches.ts'
import { deleteRollouts } from './forget-rollouts.ts'
import { retention } from './retention.ts'
import { parseJson } from './shape.ts'
import type { Db } from './tables.ts'

/** A tag that was not looked at for so long is watched by nobody; one whose looks fail is. */
export async function forgetUnseenTags(db: Db, note: Note, now: Time): Promise<void> {
  const old = timeBefore(now, retention.ageMs)
  const unseen = await db
    .selectFrom('tagObservations')
    .select(['registry', 'repository', 'tag', 'failure'])
    .where((each) => each.or([each('seenAt', 'is', null), each('seenAt', '<', old)]))
    .execute()
  const doomed = unseen.filter(({ failure }) => isOld(failure, old))
  await inBatches(note, doomed, async (transaction, batch) => {
    for (const { registry, repository, tag } of batch) {
      for (const table of ['sightings', 'tagObservations'] as const) {
        await transaction
          .deleteFrom(table)
          .where('registry', '=', registry)
          .where('repository', '=', repository)
          .where('tag', '=', tag)
          .execute()
      }
    }
  })
}

export async function forgetUnseenLists(db: Db, note: Note, now: Time): Promise<void> {
  const old = timeBefore(now, retention.ageMs)
  const unseen = await db
    .selectFrom('tagLists')
    .select(['registry', 'repository', 'failure'])
    .where((each) => each.or([each('seenAt', 'is', null), each('seenAt', '<', old)]))
    .execute()
  const doomed = unseen.filter(({ failure }) => isOld(failure, old))
  await inBatches(note, doomed, async (transaction, batch) => {
    for (const { registry, repository } of batch) {
      for (const table of ['listedTags', 'tagLists'] as const) {
        await transaction
          .deleteFrom(table)
          .where('registry', '=', registry)
          .where('repository', '=', repository)
          .execute()
      }
    }
  })
}

/**
 * Workloads that are gone for so long go with all that is known of them, but for what people said, and for the latest
 * success: the container that it made may be there, watched by nobody.
 */
export async function forgetGoneWorkloads(db: Db, note: Note, now: Time): Promise<void> {
  const old = timeBefore(now, retention.ageMs)
  const ignored = await db
    .selectFrom('workloads')
    .select(['id', 'reason'])
    .where('state', '=', 'ignored')
    .where('since', '<', old)
    .execute()
  const gone = ignored.filter(({ reason }) => field(reason, 'code') === 'GONE')
  for (const { id } of gone) {
    const ended = await db
      .selectFrom('rollouts')
      .select(['id', 'outcome'])
      .where('workload', '=', id)
      .where('stage', '=', 'ended')
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .execute()
    const success = ended.find(({ outcome }) => outcome === 'succeeded')
    await deleteRollouts(
      note,
      ended.filter((each) => each !== success),
    )
    await note(async (transaction) => {
      await transaction.deleteFrom('history').where('workload', '=', id).execute()
      await transaction.deleteFrom('quarantine').where('workload', '=', id).execute()
      await transaction.deleteFrom('workloads').where('id', '=', id).execute()
    })
  }
  await forgetOrphans(db, note)
}

/** The latest successes of workloads that are forgotten otherwise. */
async function forgetOrphans(db: Db, note: Note): Promise<void> {
  const orphans = await db
    .selectFrom('rollouts')
    .select('id')
    .where('stage', '=', 'ended')
    .where('workload', 'not in', (from) => from.selectFrom('workloads').select('id'))
    .where('id', 'not in', (from) => from.selectFrom('waveRollouts').select('rollout'))
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .execute()
  await deleteRollouts(note, orphans.slice(retention.goneSuccesses))
}

/** Whether the latest failed look, if that failed, is from before. */
const isOld = (failure: string | null, before: Time): boolean => {
  const at = failure === null ? null : field(failure, 'at')
  return typeof at !== 'string' || at < before
}

function field(json: string, name: string): unknown {
  const value = parseJson(json)
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
