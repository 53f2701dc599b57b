import type { ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'
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
