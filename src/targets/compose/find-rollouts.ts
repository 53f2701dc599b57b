import { keepRepository, keepTag } from '../engine/keep-tag.ts'
import type { FoundRollout } from '../../rollout/found-rollout.ts'
import { workloadId, type ComposeDeps } from './compose-deps.ts'
import { findServices } from './services.ts'

/**
 * Traces of rollouts of ours. Compose's containers carry no label of ours, since one more would make it recreate them;
 * what tells that we were here is the tag under which an earlier image of a service is kept.
 */
export async function findRollouts(deps: ComposeDeps, signal: AbortSignal): Promise<readonly FoundRollout[]> {
  const kept = await deps.engine.listImageTags(keepRepository, signal)
  if (kept.length === 0) return []
  const services = await findServices(deps, null, signal)
  return services.flatMap(({ project, service }) => {
    const workload = workloadId(deps.target, project, service)
    const trace = kept.find(({ tag, image }) => tag === keepTag(workload, image))
    return trace === undefined ? [] : [{ operation: `kept-${trace.tag}`, workload, intent: null, hasOld: false }]
  })
}
