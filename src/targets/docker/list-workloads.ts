import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { asideName, isSecondName, withoutSuffix } from '../../rollout/names.ts'
import type { Workload } from '../target.ts'
import { readComposeLabels, trustedLabels } from '../engine/compose-labels.ts'
import { nameOf } from '../engine/dependants.ts'
import { describeImage, isUndescribed } from '../engine/described-image.ts'
import type { DockerDeps } from './docker-deps.ts'
import { ensuredAmong } from './ensured/list-ensured.ts'
import { intentLabel, replacesLabel, rolloutOf } from './labels.ts'
import { ownLabels, type Labels } from '../engine/own-labels.ts'
import { lookAtSets } from './sets/look.ts'
import { readWorkload, unreadableWorkload } from './workload.ts'

/** All containers of the engine as workloads, except the second instances that rollouts of ours keep beside them. */
export async function listWorkloads(deps: DockerDeps, signal: AbortSignal): Promise<readonly Workload[]> {
  const { engine, inspections, target, self } = deps
  const summaries = await engine.listContainers(signal)
  inspections.keepOnly(summaries)
  const hidden = await secondInstances(deps, summaries, signal)
  const composed = await ofComposeServices(deps, summaries, signal)
  const shown = summaries.filter(({ id }) => !hidden.has(id) && !composed.has(id))
  const unreadable: Workload[] = []
  const inspected = await Promise.all(
    shown.map(async (summary) => {
      try {
        const container = await inspections.container(summary, signal)
        return container !== null && wasRenamed(summary, container) ? null : container
      } catch (error) {
        if (!isUndescribed(error)) throw error
        const { image } = await describeImage(inspections, summary.imageId, signal)
        unreadable.push(unreadableWorkload(target, summary, image, error))
        return null
      }
    }),
  )
  // Null, too, where it went away since the list was made, or gave its name to its successor.
  const containers = inspected.filter((each) => each !== null)
  const placeOf = await lookAtSets(deps, summaries, containers, hidden, signal)
  const aside = Map.groupBy(
    summaries.filter(({ id, name }) => hidden.has(id) && name === asideName(withoutSuffix(name), id)),
    ({ name }) => withoutSuffix(name),
  )
  const readable = containers.map(async (container) => {
    const described = await describeImage(inspections, container.Image, signal)
    const kept = (aside.get(nameOf(container)) ?? []).map(({ name }) => name)
    return readWorkload({ target, container, ...described, self, place: placeOf(container), kept })
  })
  return ensuredAmong(deps, summaries, containers, [...(await Promise.all(readable)), ...unreadable], signal)
}

/** Whether a rollout put another in its place since the list was made. */
const wasRenamed = ({ name }: ContainerSummary, container: ContainerInspect): boolean =>
  nameOf(container) !== name && isSecondName(nameOf(container))

/** Ids of the containers of Compose services, which are workloads of another kind. */
async function ofComposeServices(
  { inspections }: Pick<DockerDeps, 'inspections'>,
  summaries: readonly ContainerSummary[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const { id, imageId, labels } of summaries.filter((each) => readComposeLabels(each.labels) !== null)) {
    const { image } = await describeImage(inspections, imageId, signal)
    if (readComposeLabels(trustedLabels(labels, image && (image.Config?.Labels ?? {}))) !== null) found.add(id)
  }
  return found
}

/** Ids of what has a name that we give beside that of a workload and is ours, by its own label or that of its replacement. */
async function secondInstances(
  deps: DockerDeps,
  summaries: readonly ContainerSummary[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const candidates = summaries.filter(({ name }) => isSecondName(name))
  if (candidates.length === 0) return new Set()
  const ours = await labelledByUs(deps, summaries, signal)
  const replaced = new Set([...ours.values()].map((labels) => labels[replacesLabel]))
  return new Set(candidates.map(({ id }) => id).filter((id) => ours.has(id) || replaced.has(id)))
}

/**
 * The containers that carry a label of a rollout of ours which did not come from their image, with their own labels, by
 * id. Whose it is where the engine fails to describe the image nobody can tell: it counts, since what a rollout keeps
 * beside a workload is no workload, but without what a rollout would be taken up by.
 */
export async function labelledByUs(
  { inspections }: Pick<DockerDeps, 'inspections'>,
  summaries: readonly ContainerSummary[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Labels>> {
  const found = new Map<string, Labels>()
  for (const { id, imageId, labels } of summaries.filter((each) => rolloutOf(each.labels) !== undefined)) {
    const { image, failure } = await describeImage(inspections, imageId, signal)
    const { [intentLabel]: _, ...untold } = labels
    const own = failure === null ? ownLabels(labels, image && (image.Config?.Labels ?? {})) : untold
    if (rolloutOf(own) !== undefined) found.set(id, own)
  }
  return found
}
