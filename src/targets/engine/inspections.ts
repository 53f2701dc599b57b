import type { Engine } from '../../clients/docker/engine.ts'
import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'

/**
 * Descriptions of containers and images, remembered as long as the engine's events tell what changed.
 * Without events everything is asked each time: a restart policy can change without a trace in the list.
 */
export interface Inspections {
  /** Null when it is gone. */
  container(summary: ContainerSummary, signal: AbortSignal): Promise<ContainerInspect | null>
  /** By engine id; null when it is gone. */
  image(id: string, signal: AbortSignal): Promise<ImageInspect | null>
  /** From now on every change is told by `forgetContainer` and `forgetImages`. */
  trust(): void
  /** Changes may be missed from now on. */
  distrust(): void
  forgetContainer(id: string): void
  forgetImages(): void
  /** Drops what is not in the list any more. */
  keepOnly(containers: readonly ContainerSummary[]): void
}

export function createInspections(engine: Pick<Engine, 'inspectContainer' | 'inspectImage'>): Inspections {
  const containers = new Map<string, { readonly key: string; readonly inspect: ContainerInspect }>()
  const images = new Map<string, ImageInspect>()
  let isTrusted = false
  // Counts what was forgotten, so that an answer asked for before a change is not remembered after it.
  let changes = 0

  return {
    async container(summary, signal) {
      const key = [summary.name, summary.state, summary.imageId].join(' ')
      const known = containers.get(summary.id)
      if (known?.key === key) return known.inspect
      const before = changes
      const inspect = await engine.inspectContainer(summary.id, signal)
      if (inspect !== null && isTrusted && before === changes) containers.set(summary.id, { key, inspect })
      return inspect
    },
    async image(id, signal) {
      const known = images.get(id)
      if (known !== undefined) return known
      const before = changes
      const inspect = await engine.inspectImage(id, signal)
      if (inspect !== null && isTrusted && before === changes) images.set(id, inspect)
      return inspect
    },
    trust() {
      isTrusted = true
      // What was asked before this may have changed untold since.
      changes += 1
    },
    distrust() {
      isTrusted = false
      changes += 1
      containers.clear()
      images.clear()
    },
    forgetContainer(id) {
      changes += 1
      containers.delete(id)
    },
    forgetImages() {
      changes += 1
      images.clear()
    },
    keepOnly(summaries) {
      const ids = new Set(summaries.map(({ id }) => id))
      const imageIds = new Set(summaries.map(({ imageId }) => imageId))
      for (const id of containers.keys()) if (!ids.has(id)) containers.delete(id)
      for (const id of images.keys()) if (!imageIds.has(id)) images.delete(id)
    },
  }
}
