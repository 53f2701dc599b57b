import { familiarName, tagOf } from '../../image/reference.ts'
import { noHooks } from '../../rollout/hooks.ts'
import type { RolloutPlan } from '../../rollout/plan.ts'
import type { WatchableWorkload } from '../workloads/watched-workloads.ts'

/**
 * A rollout that only follows what the workload uses: the same image under the same name. The operator's hooks are for
 * other versions, and a probe asks a new instance, which a restart does not make.
 */
export function planFollow(
  { workload, reference }: WatchableWorkload,
  { ranBefore: _some, ...plan }: RolloutPlan,
): RolloutPlan {
  const follows = workload.follows ?? null
  const isRestart = follows?.how === 'restart'
  return {
    ...plan,
    follows,
    stopped: isRestart || workload.isRunning ? null : follows?.isLeftStopped === true ? 'update' : 'start',
    dependants: isRestart ? [] : (plan.dependants ?? []),
    composed: isRestart ? [] : (plan.composed ?? []),
    image: workload.image,
    repository: familiarName(reference),
    tag: tagOf(reference),
    order: 'stop-first',
    hooks: noHooks,
    gate: { ...plan.gate, probe: isRestart ? null : plan.gate.probe },
  }
}
