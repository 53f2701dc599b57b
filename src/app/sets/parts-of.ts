import type { Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'

/** Rollouts of one workload that are looked through; each part is tried a few times at most. */
const triesMax = 20

/** The rollouts that one has brought along, of each workload the oldest first. */
export async function partsOf(store: Pick<Store, 'rollouts'>, rollout: Rollout): Promise<readonly Rollout[]> {
  const all: Rollout[] = []
  for (const id of rollout.followedBy ?? []) {
    const own = (await store.rollouts(id, triesMax)).filter(({ partOf }) => partOf?.rollout === rollout.id)
    all.push(...own.toReversed())
  }
  return all
}

/** Of each workload that which came last. */
export const lastOfEach = (parts: readonly Rollout[]): readonly Rollout[] => [
  ...new Map(parts.map((each) => [each.workload, each])).values(),
]

/**
 * Whether an open rollout is another's to drive: the one that brings it along is under way itself.
 * @param isOurs whether a target of the configuration has that one
 */
export function isDrivenByAnother(
  { partOf }: Rollout,
  open: readonly Rollout[],
  isOurs: (first: Rollout) => boolean,
): boolean {
  if (partOf === undefined) return false
  return open.some((each) => each.id === partOf.rollout && each.stage !== 'kept' && isOurs(each))
}

/** Each rollout with those that it has brought along after it. */
export async function withParts(
  store: Pick<Store, 'rollouts'>,
  rollouts: readonly Rollout[],
): Promise<readonly Rollout[]> {
  const all: Rollout[] = []
  for (const each of rollouts) all.push(each, ...(await partsOf(store, each)))
  return all
}
