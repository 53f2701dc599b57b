import { inBatches, type Note } from './batches.ts'
import { retention } from './retention.ts'
import type { Db } from './tables.ts'

/**
 * Ended rollouts beyond those that are kept go, with their journals. The latest success stays: its label is on the
 * container, and one that the state does not know would count as lost state (I9). So do those of a wave that goes on.
 */
export async function forgetRollouts(db: Db, note: Note): Promise<void> {
  const doomed = await db
    .selectFrom((from) =>
      from
        .selectFrom('rollouts')
        .select(['id', 'workload', 'stage', 'outcome'])
        .select((each) => [
          each.fn
            .agg<number>('row_number')
            .over((over) => over.partitionBy('workload').orderBy('createdAt', 'desc').orderBy('id', 'desc'))
            .as('place'),
          each.fn
            .agg<number>('row_number')
            .over((over) =>
              over.partitionBy(['workload', 'outcome']).orderBy('createdAt', 'desc').orderBy('id', 'desc'),
            )
            .as('outcomePlace'),
        ])
        .as('placed'),
    )
    .select('id')
    .where('stage', '=', 'ended')
    .where('place', '>', retention.rollouts)
    .where((each) =>
      each.and([
        each.or([each('outcome', 'is', null), each('outcome', '!=', 'succeeded'), each('outcomePlace', '>', 1)]),
        each.or([
          each('outcome', 'is', null),
          each('outcome', '!=', 'needs-human'),
          each('outcomePlace', '>', retention.rolloutsNeedingHuman),
        ]),
      ]),
    )
    .where('id', 'not in', (from) => from.selectFrom('waveRollouts').select('rollout'))
    .execute()
  await deleteRollouts(note, doomed)
}

/** With everything that hangs on them. */
export async function deleteRollouts(note: Note, rollouts: readonly { readonly id: string }[]): Promise<void> {
  await inBatches(note, rollouts, async (transaction, batch) => {
    const ids = batch.map(({ id }) => id)
    await transaction.deleteFrom('journal').where('rollout', 'in', ids).execute()
    await transaction.deleteFrom('snapshots').where('rollout', 'in', ids).execute()
    await transaction.deleteFrom('rollouts').where('id', 'in', ids).where('stage', '=', 'ended').execute()
  })
}
