import type { FoundRollout } from '../target.ts'
import { workloadId, type DockerDeps } from './docker-deps.ts'
import { decodeIntent } from './intent.ts'
import { intentLabel, operationLabel, replacesLabel } from './labels.ts'
import { labelledByUs } from './list-workloads.ts'

/** Rollouts that labels on containers speak of, finished ones too. */
export async function findRollouts(deps: DockerDeps, signal: AbortSignal): Promise<readonly FoundRollout[]> {
  const summaries = await deps.engine.listContainers(signal)
  const ids = new Set(summaries.map(({ id }) => id))
  const ours = await labelledByUs(deps, summaries, signal)
  return summaries.flatMap(({ id, name }) => {
    const labels = ours.get(id)
    const operation = labels?.[operationLabel]
    if (labels === undefined || operation === undefined) return []
    const replaces = labels[replacesLabel] ?? ''
    const intent = decodeIntent(labels[intentLabel] ?? '')
    const isConsistent = intent?.id === operation && intent.oldInstance === replaces && intent.target === deps.target
    return [
      {
        operation,
        workload: isConsistent ? intent.workload : workloadId(deps.target, withoutSuffix(name)),
        intent: isConsistent ? intent : null,
        hasOld: ids.has(replaces),
      },
    ]
  })
}

/** The workload's own name of an instance of ours. */
export const withoutSuffix = (name: string): string => name.replace(/\.longshore-(next|prev)$/, '')
