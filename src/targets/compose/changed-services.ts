import type { EngineEvent } from '../../clients/docker/events.ts'
import { readComposeLabels } from '../engine/compose-labels.ts'
import { withoutSuffix } from '../../rollout/names.ts'
import { workloadId, type ComposeDeps } from './compose-deps.ts'

/**
 * Ids of the workloads that an event of a container is about; events carry the container's labels. What a service uses
 * that is not of its project is about that service too: it may have to follow it.
 */
export function changedServices(
  target: string,
  { attributes }: EngineEvent,
  usedBy: ComposeDeps['usedBy'] = new Map(),
): readonly string[] {
  const labels = readComposeLabels(attributes)
  const users = usedBy.get(withoutSuffix(attributes['name'] ?? '')) ?? []
  return labels === null ? users : [workloadId(target, labels.project, labels.service), ...users]
}
