import type { Rollout } from '../../rollout/rollout.ts'
import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { decision, type Decision } from '../decision.ts'
import { watchedWorkloads, type WatchableWorkload } from '../watched-workloads.ts'

/**
 * A Compose service is brought up by Compose alone, and plain containers that live in its container follow by rollouts of
 * their own, right after it. So each has to be one that we may roll out: else it would stay broken, and the service is
 * held.
 */
export async function withPlainFollowers(app: App, decided: Decision, signal: AbortSignal): Promise<Decision> {
  const ids = decided.isRolloutDue ? (decided.followedBy ?? []) : []
  if (ids.length === 0) return decided
  const watched = (await Promise.all(plain(app).map((target) => watchable(app, target, signal)))).flat()
  const stays = ids.find(
    (id) => !watched.some(({ workload, settings }) => workload.id === id && settings.mode === 'auto'),
  )
  if (stays === undefined) return decided
  const sentence = `${stays} lives in its container and would break; have it watched, with mode auto, and it follows`
  return decision('held', 'DEPENDENT', sentence, decided.candidate)
}

/** Whether what was rolled out left containers behind that have to follow, as those that live in Compose's do. */
export async function owesFollow(app: App, rolledOut: readonly Rollout[], signal: AbortSignal): Promise<boolean> {
  if (rolledOut.length === 0) return false
  for (const target of plain(app)) {
    const all = await watchable(app, target, signal).catch(() => [])
    if (all.some(({ workload, settings }) => workload.follows != null && settings.mode === 'auto')) return true
  }
  return false
}

const plain = ({ targets }: Pick<App, 'targets'>): readonly Target[] =>
  targets.filter(({ kind }) => kind === 'container')

async function watchable(app: App, target: Target, signal: AbortSignal): Promise<readonly WatchableWorkload[]> {
  return (await watchedWorkloads(app, target, signal)).filter((each) => each.kind === 'watchable')
}
