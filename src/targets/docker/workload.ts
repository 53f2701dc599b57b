import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'
import type { AppError } from '../../errors.ts'
import type { LeftAlone, Workload } from '../target.ts'
import { canonicalDigests, platformOf } from '../engine/image-facts.ts'
import { trustedLabels } from '../engine/compose-labels.ts'
import { withoutOperationLabels } from '../engine/carry-over-config.ts'
import { nameOf } from '../engine/dependants.ts'
import { workloadId } from './docker-deps.ts'
import { hasHealthCheck, healthBudgetMs } from '../engine/health-check.ts'
import { operationLabel } from './labels.ts'
import { ownLabels } from '../engine/own-labels.ts'
import { leftAlone } from './left-alone.ts'
import { formatRestartPolicy } from '../engine/restart-policy.ts'
import type { SelfHints } from '../engine/self.ts'
import { suggestOrder } from '../engine/suggested-order.ts'
import type { Place } from './sets/look.ts'
import { orderOfSet } from './sets/order-of-set.ts'

export interface WorkloadSources {
  readonly target: string
  readonly container: ContainerInspect
  /** Null when the engine does not have it any more, or fails to describe it. */
  readonly image: ImageInspect | null
  /** Why it fails to. */
  readonly failure?: AppError | null
  readonly self: SelfHints
  readonly place: Place
  /** Names of the containers that are kept beside it until a rollout of it has succeeded. */
  readonly kept?: readonly string[]
}

/** A container as a workload. */
export function readWorkload({
  target,
  container,
  image,
  failure = null,
  self,
  place,
  kept = [],
}: WorkloadSources): Workload {
  const name = nameOf(container)
  const all = container.Config.Labels ?? {}
  // What is left alone is shown by all that it carries: whose labels those are changes nothing.
  const labels = failure === null ? ownLabels(all, image && (image.Config?.Labels ?? {})) : all
  const left = leftAlone(container, {
    // Who does not know the image cannot tell whose a label is; then each may be the owner's.
    labels: trustedLabels(all, image && (image.Config?.Labels ?? {})),
    isImageKnown: image !== null,
    failure,
    self,
    follows: place.following?.kind === 'follow',
    unfit: unfitness(container, place),
  })
  return {
    id: workloadId(target, name),
    target,
    kind: 'container',
    name,
    instance: container.Id,
    image: container.Config.Image,
    labels: withoutOperationLabels(labels),
    // One that crashes and is restarted is meant to run.
    isRunning: (container.State.Running || container.State.Restarting) && !container.State.Paused,
    imageId: container.Image,
    repositoryDigests: canonicalDigests(image?.RepoDigests ?? []),
    platform: image && platformOf(image),
    operation: labels[operationLabel] ?? null,
    restart: formatRestartPolicy(container.HostConfig.RestartPolicy),
    hasHealthCheck: hasHealthCheck(container.Config.Healthcheck),
    healthBudgetMs: healthBudgetMs(container.Config.Healthcheck),
    scale: 1,
    after: place.uses,
    dependants: place.set.dependants,
    ...(place.set.composed.length > 0 && { composed: place.set.composed }),
    ...(place.set.followers.length > 0 && {
      followedBy: place.set.followers.map((each) => workloadId(target, each)),
    }),
    follows: place.following?.kind === 'follow' ? place.following.follow : null,
    ...(place.madeAnew && { madeAnew: place.madeAnew }),
    noStartFirst: container.HostConfig.AutoRemove
      ? 'stopping it removes it, so a copy has to have its place'
      : orderOfSet(place.set),
    removesItself: container.HostConfig.AutoRemove === true,
    definedBy: [],
    suggestedOrder: suggestedOrder(container, place),
    leftAlone: left,
    ...(place.unwell.length > 0 && { unwell: place.unwell }),
    ...noteOf(name, place, left, kept),
  }
}

/** What is left alone cannot follow by itself, so its owner is told; and of what is kept that may be what they look for. */
function noteOf(
  name: string,
  { following }: Place,
  left: LeftAlone | null,
  kept: readonly string[],
): Pick<Workload, 'note'> {
  if (following?.kind === 'follow' && left !== null && left.liftedBy === undefined) {
    const { how, sentence } = following.follow
    return { note: `${sentence}; ${how === 'restart' ? `run: docker restart ${name}` : 'make it anew by hand'}` }
  }
  if (kept.length === 0) return {}
  return { note: `what it was before is kept as ${kept.join(' and ')} until a rollout of it succeeds` }
}

/** One that is only to be started again, since what it lives in was, breaks nobody by that: what uses it waits for it. */
function unfitness({ State }: ContainerInspect, { set, following }: Place): LeftAlone | null {
  if (following?.kind === 'wait') return set.unfit ?? following.reason
  const isStart = following?.follow.how === 'restart' && !State.Running && !State.Restarting
  return isStart ? null : set.unfit
}

function suggestedOrder(container: ContainerInspect, { set }: Place): Workload['suggestedOrder'] {
  const why = orderOfSet(set)
  return why === null ? suggestOrder(container) : { order: 'stop-first', why }
}

/** One that the engine lists but fails to describe: it is shown and left alone, and the others go on. */
export function unreadableWorkload(
  target: string,
  { id, name, image, imageId, labels, state }: ContainerSummary,
  imageInspect: ImageInspect | null,
  error: AppError,
): Workload {
  const own = imageInspect === null ? labels : ownLabels(labels, imageInspect.Config?.Labels ?? {})
  return {
    id: workloadId(target, name),
    target,
    kind: 'container',
    name,
    instance: id,
    image,
    labels: withoutOperationLabels(own),
    isRunning: state === 'running' || state === 'restarting',
    imageId,
    repositoryDigests: canonicalDigests(imageInspect?.RepoDigests ?? []),
    platform: imageInspect && platformOf(imageInspect),
    operation: own[operationLabel] ?? null,
    restart: 'no',
    hasHealthCheck: false,
    healthBudgetMs: 0,
    scale: 1,
    after: [],
    noStartFirst: null,
    definedBy: [],
    suggestedOrder: { order: 'stop-first', why: 'its settings are unknown' },
    leftAlone: { code: 'NOT_READABLE', sentence: `the engine does not describe it: ${error.message}` },
  }
}
