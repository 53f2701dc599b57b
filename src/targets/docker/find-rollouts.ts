import { asideName, withoutSuffix } from '../../rollout/names.ts'
import type { FoundRollout } from '../../rollout/found-rollout.ts'
import { workloadId, type DockerDeps } from './docker-deps.ts'
import { decodeIntent } from './intent.ts'
import { intentLabel, operationLabel, replacesLabel, restoresLabel, rolloutOf } from './labels.ts'
import { labelledByUs } from './list-workloads.ts'
import type { Labels } from '../engine/own-labels.ts'

/** Rollouts that labels on containers speak of, finished ones too. */
export async function findRollouts(deps: DockerDeps, signal: AbortSignal): Promise<readonly FoundRollout[]> {
  const summaries = await deps.engine.listContainers(signal)
  const ids = new Set(summaries.map(({ id }) => id))
  const ours = await labelledByUs(deps, summaries, signal)
  const made = new Set([...ours.values()].map((labels) => labels[operationLabel]))
  const copied = new Set([...ours.values()].map((labels) => labels[restoresLabel]))
  const replaced = new Set([...ours.values()].map((labels) => labels[replacesLabel]))
  const aside = new Set(
    summaries.filter(({ id, name }) => name === asideName(withoutSuffix(name), id)).map(({ id }) => id),
  )
  const leaders = new Set([...ours.values()].filter(isLeader).map((labels) => labels[operationLabel]))
  return summaries.flatMap(({ id, name }) => {
    const labels = ours.get(id)
    const operation = labels && rolloutOf(labels)
    if (labels === undefined || operation === undefined) return []
    // A copy tells of its rollout where the new instance is gone; one that is the workload again, or was until
    // the next rollout, only tells of us.
    const isCopy = labels[operationLabel] === undefined
    if (isCopy && made.has(operation)) return []
    const hasEnded = isCopy && (withoutSuffix(name) === name || replaced.has(id))
    const replaces = labels[replacesLabel] ?? ''
    const intent = decodeIntent(labels[intentLabel] ?? '')
    const isOwn = intent?.id === operation && intent.target === deps.target && !hasEnded
    // A dependant tells of the rollout of its set where nothing else does.
    const isDependant = isOwn && intent.dependants.some(({ instance }) => instance === replaces)
    if (isDependant && leaders.has(operation)) return []
    const isConsistent = isOwn && (isDependant || intent.oldInstance === replaces)
    return [
      {
        operation,
        workload: isConsistent ? intent.workload : workloadId(deps.target, withoutSuffix(name)),
        intent: isConsistent ? intent : null,
        // What the next rollout took for the old version had become the workload, whatever its own way was; and only for
        // a next one does anything step aside.
        ...((replaced.has(id) || aside.has(id) || (isOwn && aside.has(intent.oldInstance))) && { isOver: true }),
        hasOld: ids.has(isDependant ? intent.oldInstance : replaces) || copied.has(operation),
      },
    ]
  })
}

/** Whether these are the labels of what a rollout is about, rather than of one of its dependants. */
function isLeader(labels: Labels): boolean {
  const intent = decodeIntent(labels[intentLabel] ?? '')
  return intent !== null && intent.oldInstance === (labels[replacesLabel] ?? '')
}
