import type { Digest } from '../../image/digest.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'
import { isAtRest, isLongOver } from './wave.ts'

/**
 * What a workload ran before the wave of its group, for a rollout that joins it: where it has been rolled out in this
 * wave already, and still runs that, it is what it ran before that. But where only those keep the wave open that may yet
 * follow, another push of it counts by itself, and what went a day ago is no part of the wave any more.
 */
export async function beforeWave(
  store: Pick<Store, 'wave' | 'workloads' | 'endWave'>,
  group: string,
  { workload, fromDigest }: Pick<Rollout, 'workload' | 'fromDigest'>,
  now: number,
): Promise<Digest | null> {
  const wave = await store.wave(group)
  const earlier = wave.find((each) => each.workload === workload)
  if (earlier?.outcome !== 'succeeded' || earlier.digest !== fromDigest) return fromDigest
  const rows = (await store.workloads()).filter(({ id }) => id !== workload)
  if (!isAtRest({ name: group, wave, rows }, Infinity)) return earlier.fromDigest
  const over = wave.filter((each) => isLongOver(each, now)).map(({ id }) => id)
  await store.endWave(group, over)
  return fromDigest
}
