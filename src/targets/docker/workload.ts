import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'
import type { AppError } from '../../errors.ts'
import { normalizePlatform, type Platform } from '../../image/platform.ts'
import { canonicalName, parseReference } from '../../image/reference.ts'
import type { Workload } from '../target.ts'
import { withoutOperationLabels } from './carry-over-config.ts'
import { nameOf } from './dependants.ts'
import { workloadId } from './docker-deps.ts'
import { hasHealthCheck, healthBudgetMs } from './health-check.ts'
import { operationLabel, ownLabels } from './labels.ts'
import { leftAlone } from './left-alone.ts'
import { formatRestartPolicy } from './restart-policy.ts'
import type { SelfHints } from './self.ts'
import { suggestOrder } from './suggested-order.ts'

export interface WorkloadSources {
  readonly target: string
  readonly container: ContainerInspect
  /** Null when the engine does not have it any more. */
  readonly image: ImageInspect | null
  readonly self: SelfHints
  readonly dependants: readonly string[]
}

/** A container as a workload. */
export function readWorkload({ target, container, image, self, dependants }: WorkloadSources): Workload {
  const name = nameOf(container)
  const all = container.Config.Labels ?? {}
  const labels = ownLabels(all, image && (image.Config?.Labels ?? {}))
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
    suggestedOrder: suggestOrder(container),
    leftAlone: leftAlone(container, {
      // Who does not know the image cannot tell whose a label is; then each may be the owner's.
      labels: image === null ? all : labels,
      isImageKnown: image !== null,
      self,
      dependants,
    }),
  }
}

/** One that the engine lists but fails to describe: it is shown and left alone, and the others go on. */
export function unreadableWorkload(
  target: string,
  { id, name, image, imageId, labels, state }: ContainerSummary,
  imageInspect: ImageInspect | null,
  error: AppError,
): Workload {
  const own = ownLabels(labels, imageInspect && (imageInspect.Config?.Labels ?? {}))
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
    suggestedOrder: { order: 'stop-first', why: 'its settings are unknown' },
    leftAlone: { code: 'NOT_READABLE', sentence: `the engine does not describe it: ${error.message}` },
  }
}

/** Each `repository@digest` in canonical form; what engines write for images without a name (`<none>@...`) is left out. */
export function canonicalDigests(references: readonly string[]): readonly string[] {
  return references.flatMap((text) => {
    try {
      const reference = parseReference(text)
      return reference.digest === null ? [] : [`${canonicalName(reference)}@${reference.digest}`]
    } catch {
      return []
    }
  })
}

function platformOf({ Os, Architecture, Variant }: ImageInspect): Platform | null {
  if (!Os || !Architecture) return null
  return normalizePlatform({ os: Os, architecture: Architecture, variant: Variant || null })
}
