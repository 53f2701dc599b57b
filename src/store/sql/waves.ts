import type { Digest } from '../../image/digest.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { readRollout } from './rollouts.ts'
import { orNull, readRow, type Check } from './shape.ts'
import type { Db } from './tables.ts'
import { isDigestText } from './values.ts'

const isBefore: Check<Digest | null> = orNull(isDigestText)

/** By when they began. */
export async function readWave(db: Db, groupName: string): Promise<readonly Rollout[]> {
  const rows = await db
    .selectFrom('waveRollouts')
    .select(['rollout', 'fromDigest'])
    .where('groupName', '=', groupName)
    .execute()
  const found = await Promise.all(
    rows.map(async ({ rollout, fromDigest }) => {
      const latest = await readRollout(db, rollout)
      return latest && { ...latest, fromDigest: readRow('wave_rollouts', rollout, isBefore, fromDigest) }
    }),
  )
  return found.filter((each) => each !== null).toSorted(byBeginning)
}

const keyOf = ({ createdAt, id }: Rollout): string => `${createdAt} ${id}`
const byBeginning = (one: Rollout, other: Rollout): number => (keyOf(one) < keyOf(other) ? -1 : 1)

/** @param fromDigest what its workload ran before the wave */
export async function joinWave(
  db: Db,
  groupName: string,
  { workload, id: rollout }: Rollout,
  fromDigest: Digest | null,
): Promise<void> {
  await db
    .insertInto('waveRollouts')
    .values({ groupName, workload, rollout, fromDigest })
    .onConflict((conflict) => conflict.columns(['groupName', 'workload']).doUpdateSet({ rollout, fromDigest }))
    .execute()
}

export async function deleteWave(db: Db, groupName: string, rollouts: readonly string[]): Promise<void> {
  for (const rollout of rollouts) {
    await db.deleteFrom('waveRollouts').where('groupName', '=', groupName).where('rollout', '=', rollout).execute()
  }
}
