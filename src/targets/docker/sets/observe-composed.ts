import type { ContainerSummary } from '../../../clients/docker/containers.ts'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import type { ComposedDependant } from '../../../rollout/dependant.ts'
import type { ComposedFacts } from '../../../rollout/facts.ts'
import { isSecondName } from '../../../rollout/names.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import { readComposeLabels, trustedLabels } from '../../engine/compose-labels.ts'
import { dependencies, endsWithRun, nameOf } from '../../engine/dependants.ts'
import { readInstance } from '../../engine/instance-facts.ts'
import { wasStoppedByHand } from '../../engine/stopped-by-hand.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { hasOtherVolumes } from '../../engine/inherited-volumes.ts'
import { isBehind } from './follows.ts'

/** What the engine shows of the Compose services of a set, in the rollout's order. */
export async function observeComposed(
  deps: DockerDeps,
  { composed = [] }: Rollout,
  summaries: readonly ContainerSummary[],
  signal: AbortSignal,
): Promise<readonly ComposedFacts[]> {
  return Promise.all(composed.map((plan) => observeService(deps, plan, summaries, signal)))
}

async function observeService(
  deps: DockerDeps,
  plan: ComposedDependant,
  summaries: readonly ContainerSummary[],
  signal: AbortSignal,
): Promise<ComposedFacts> {
  const found: ContainerInspect[] = []
  for (const { id, imageId, labels } of summaries) {
    if (serviceOf(labels) !== plan.name) continue
    const image = await deps.inspections.image(imageId, signal)
    if (serviceOf(trustedLabels(labels, image && (image.Config?.Labels ?? {}))) !== plan.name) continue
    const container = await deps.engine.inspectContainer(id, signal)
    if (container !== null) found.push(container)
  }
  const following = await Promise.all(found.map((each) => isFollowing(deps, plan, each, signal)))
  return {
    plan,
    instances: await Promise.all(
      found.map(async (each) => {
        const stoppedByHand = await wasStoppedByHand(deps.engine, each, { attempted: [] }, 'new', signal)
        return readInstance(each, { connected: true, stoppedByHand })
      }),
    ),
    isFollowing: following.every(Boolean),
  }
}

function serviceOf(labels: Readonly<Record<string, string>>): string | null {
  const compose = readComposeLabels(labels)
  return compose && `${compose.project}/${compose.service}`
}

const projectOf = ({ Config }: ContainerInspect): string | null =>
  readComposeLabels(Config.Labels ?? {})?.project ?? null

/** Whether all that a container uses is what has the names now, and it was made and started after that. */
async function isFollowing(
  { engine }: Pick<DockerDeps, 'engine'>,
  { wasRunning }: ComposedDependant,
  container: ContainerInspect,
  signal: AbortSignal,
): Promise<boolean> {
  // Killed in the middle, Compose leaves one that it only created.
  if (wasRunning && container.State.Status === 'created') return false
  for (const { on, by } of dependencies(container)) {
    const provider = await engine.inspectContainer(on, signal)
    if (provider === null || isSecondName(nameOf(provider))) return false
    // Where a service of the project was started again, that is between the two of them.
    if (projectOf(provider) === projectOf(container)) continue
    if (wasRunning && endsWithRun(by) && isBehind(container, provider)) return false
    // By a name it has the volumes of whoever had that when it was created.
    const isOlder = Date.parse(container.Created) < Date.parse(provider.Created)
    if (by === 'volumes' && (isOlder || hasOtherVolumes(container, provider))) return false
  }
  return true
}
