import type { Follow, MadeAnew } from '../../rollout/dependant.ts'
import type { Hold, Store } from '../../store/store.ts'
import type { Workload } from '../../targets/target.ts'

/**
 * The hold on everything, as far as it keeps one workload from something; null where it does not. What lived in a
 * container that a rollout of ours replaced is cut off, and would stay so as long as nobody looks, if our state was lost
 * before it could follow: it follows by its own image all the same, which takes no version from anybody.
 *
 * Whatever somebody replaced by hand since is theirs to look at.
 */
export async function holdOn(
  store: Pick<Store, 'hold' | 'rollouts'>,
  { follows = null, madeAnew }: Pick<Workload, 'follows' | 'madeAnew'>,
): Promise<Hold | null> {
  const hold = await store.hold()
  if (hold === null || follows?.how !== 'recreate' || madeAnew === undefined) return hold
  return (await wasOurs(store, follows, madeAnew, hold)) ? null : hold
}

/** By a rollout that the state has forgotten, or by one that goes on since, as of what has followed itself. */
async function wasOurs(
  store: Pick<Store, 'rollouts'>,
  { isLeftStopped }: Follow,
  { workloads, at, isTraced }: MadeAnew,
  { since }: Hold,
): Promise<boolean> {
  // Nothing that runs is lost with one that a person stopped.
  if (isLeftStopped) return false
  if (isTraced && at < Date.parse(since)) return true
  const latest = await Promise.all(workloads.map((each) => store.rollouts(each, 1)))
  const ended = latest.flat().filter(({ outcome }) => outcome === 'succeeded')
  const endedAt = ended.map((each) => (each.endedAt === null ? 0 : Date.parse(each.endedAt)))
  return endedAt.some((each) => each >= Math.max(at, Date.parse(since)))
}
