import type { Time } from '../store.ts'
import { inBatches, timeBefore, type Note } from './batches.ts'
import { deleteEventKeys } from './events.ts'
import { retention } from './retention.ts'
import type { Db } from './tables.ts'

/** The last of each workload, and of everything, stay however old they are. */
export async function forgetHistory(db: Db, note: Note, now: Time): Promise<void> {
  const old = timeBefore(now, retention.ageMs)
  const doomed = await db
    .selectFrom((from) =>
      from
        .selectFrom('history')
        .select(['sequence', 'at'])
        .select((each) =>
          each.fn
            .agg<number>('row_number')
            .over((over) => over.partitionBy('workload').orderBy('sequence', 'desc'))
            .as('place'),
        )
        .as('placed'),
    )
    .select('sequence')
    .where((each) =>
      each.or([
        each('place', '>', retention.history),
        each.and([each('place', '>', retention.historyAlways), each('at', '<', old)]),
      ]),
    )
    .execute()
  await inBatches(note, doomed, async (transaction, batch) => {
    const numbers = batch.map(({ sequence }) => sequence)
    await transaction.deleteFrom('history').where('sequence', 'in', numbers).execute()
  })
}

/** The first sighting of what a tag names now is how old it is, and stays. */
export async function forgetSightings(db: Db, note: Note): Promise<void> {
  const doomed = await db
    .selectFrom((from) =>
      from
        .selectFrom('sightings')
        .leftJoin('tagObservations', (join) =>
          join
            .onRef('tagObservations.registry', '=', 'sightings.registry')
            .onRef('tagObservations.repository', '=', 'sightings.repository')
            .onRef('tagObservations.tag', '=', 'sightings.tag')
            .onRef('tagObservations.digest', '=', 'sightings.digest'),
        )
        .select(['sightings.sequence as sequence', 'tagObservations.digest as named'])
        .select((each) =>
          each.fn
            .agg<number>('row_number')
            .over((over) =>
              over
                .partitionBy(['sightings.registry', 'sightings.repository', 'sightings.tag'])
                .orderBy('sightings.firstSeenAt', 'desc')
                .orderBy('sightings.sequence', 'desc'),
            )
            .as('place'),
        )
        .as('placed'),
    )
    .select('sequence')
    .where('place', '>', retention.sightings)
    .where('named', 'is', null)
    .execute()
  await inBatches(note, doomed, async (transaction, batch) => {
    const numbers = batch.map(({ sequence }) => sequence)
    await transaction.deleteFrom('sightings').where('sequence', 'in', numbers).execute()
  })
}

/** A description can be asked for again, by its digest. */
export async function forgetImages(db: Db, note: Note, now: Time): Promise<void> {
  const old = timeBefore(now, retention.ageMs)
  const doomed = await db
    .selectFrom((from) =>
      from
        .selectFrom('images')
        .select(['registry', 'repository', 'digest', 'describedAt'])
        .select((each) =>
          each.fn
            .agg<number>('row_number')
            .over((over) =>
              over.partitionBy(['registry', 'repository']).orderBy('describedAt', 'desc').orderBy('digest'),
            )
            .as('place'),
        )
        .as('placed'),
    )
    .select(['registry', 'repository', 'digest'])
    .where((each) => each.or([each('place', '>', retention.descriptions), each('describedAt', '<', old)]))
    .where('digest', 'not in', (from) => from.selectFrom('workloads').select('digest').where('digest', 'is not', null))
    .where('digest', 'not in', (from) =>
      from.selectFrom('workloads').select('candidate').where('candidate', 'is not', null),
    )
    .execute()
  await inBatches(note, doomed, async (transaction, batch) => {
    for (const { registry, repository, digest } of batch) {
      await transaction
        .deleteFrom('images')
        .where('registry', '=', registry)
        .where('repository', '=', repository)
        .where('digest', '=', digest)
        .execute()
    }
  })
}

/** By when they failed; the digest that is pushed now is among the latest. */
export async function forgetQuarantines(db: Db, note: Note): Promise<void> {
  const doomed = await db
    .selectFrom((from) =>
      from
        .selectFrom('quarantine')
        .select(['workload', 'digest'])
        .select((each) =>
          each.fn
            .agg<number>('row_number')
            .over((over) => over.partitionBy('workload').orderBy('since', 'desc').orderBy('digest'))
            .as('place'),
        )
        .as('placed'),
    )
    .select(['workload', 'digest'])
    .where('place', '>', retention.quarantines)
    .execute()
  await inBatches(note, doomed, async (transaction, batch) => {
    for (const { workload, digest } of batch) {
      await transaction.deleteFrom('quarantine').where('workload', '=', workload).where('digest', '=', digest).execute()
    }
  })
}

/** News that nobody has seen to for so long was of nothing that is watched: polling has looked since. */
export async function forgetEvents(note: Note, now: Time): Promise<void> {
  const keysBefore = timeBefore(now, retention.eventKeysMs)
  for (;;) {
    let hasMore = false
    await note(async (transaction) => void (hasMore = await deleteEventKeys(transaction, keysBefore)))
    if (!hasMore) break
  }
  const pendingBefore = timeBefore(now, retention.pendingEventsMs)
  await note(async (transaction) => {
    await transaction.deleteFrom('eventInbox').where('receivedAt', '<', pendingBefore).execute()
  })
}
