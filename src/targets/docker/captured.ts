import type { ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'

/** What `capture` keeps of an old instance. */
export interface Captured {
  readonly container: ContainerInspect
  readonly image: ImageInspect
}

/** Reads back what `capture` gave. @throws TARGET_NOT_FOUND when the state has none */
export function readCaptured(snapshot: unknown): Captured {
  if (typeof snapshot === 'object' && snapshot !== null && 'container' in snapshot && 'image' in snapshot) {
    const { container, image } = snapshot
    // Written by `capture` from the engine's own answers, and kept in the state file of ours.
    if (isObject(container) && isObject(image)) return { container, image } as unknown as Captured
  }
  throw new AppError('TARGET_NOT_FOUND', 'the state does not hold the settings of the old version')
}

/** The settings of old instances that `capture` kept, the workload's own first; none where the state has none. */
export function readCapturedContainers(snapshot: unknown): readonly ContainerInspect[] {
  if (typeof snapshot !== 'object' || snapshot === null) return []
  const { container, dependants } = snapshot as { readonly container?: unknown; readonly dependants?: unknown }
  const all: readonly unknown[] = [container, ...(Array.isArray(dependants) ? dependants : [])]
  // As above.
  return all.filter(isObject) as readonly ContainerInspect[]
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
