import type { EngineEvent } from '../../clients/docker/events.ts'
import { readComposeLabels } from '../engine/compose-labels.ts'
import { workloadId } from './compose-deps.ts'

/** Id of the workload that an event of a container is about; events carry the container's labels. */
export function changedServices(target: string, { attributes }: EngineEvent): readonly string[] {
  const labels = readComposeLabels(attributes)
  return labels === null ? [] : [workloadId(target, labels.project, labels.service)]
}
