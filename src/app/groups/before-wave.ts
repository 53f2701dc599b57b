import type { Digest } from '../../image/digest.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'

/**
 * What a workload ran before the wave of its group, for a rollout that joins it: where it has been rolled out in this
 * wave already, and still runs that, it is what it ran before that.
 */
export async function beforeWave(
  store: Pick<Store, 'wave'>,
  group: string,
  { workload, fromDigest }: Pick<Rollout, 'workload' | 'fromDigest'>,
): Promise<Digest | null> {
  const earlier = (await store.wave(group)).find((each) => each.workload === workload)
  const goesOn = earlier?.outcome === 'succeeded' && earlier.digest === fromDigest
  return goesOn ? earlier.fromDigest : fromDigest
}
