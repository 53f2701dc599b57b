import type { Engine } from '../../clients/docker/engine.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { MadeAnew } from '../../rollout/dependant.ts'
import { AppError } from '../../errors.ts'
import { dependencies } from './dependants.ts'
import { keepRepository, keepTag } from './keep-tag.ts'

/** What the engine itself tells of rollouts, without our state. */
export interface Traces {
  /** Containers by what others call them: an engine id, or a name. Null where none is there. */
  readonly find: (on: string) => ContainerInspect | null
  /** Id of the workload that a container belongs to. */
  readonly workloadOf: (container: ContainerInspect) => string
  /** Whether rollouts of ours have been at a workload, by its id. */
  readonly isTraced: (workload: string) => boolean
}

/**
 * Reads which workloads rollouts of ours have been at: an earlier image of each is kept under a tag of ours. Where nobody
 * may ask for images, or the engine fails to list them, none is known of: that keeps a hold, and nothing else.
 */
export async function readTraces(
  engine: Pick<Engine, 'listImageTags'>,
  signal: AbortSignal,
): Promise<Traces['isTraced']> {
  const kept = await engine.listImageTags(keepRepository, signal).catch((error: unknown) => {
    if (!(error instanceof AppError) || passing.has(error.code)) throw error
    return []
  })
  return (workload) => kept.some(({ tag, image }) => tag === keepTag(workload, image))
}

/** All of the look fails by these. */
const passing: ReadonlySet<string> = new Set(['ABORTED', 'TARGET_UNAVAILABLE'])

/**
 * A container that has taken the place of another in which somebody lived. A rollout makes those again, too, that live in
 * what it is about: so traces of what this one lives in count.
 */
export function madeAnew(container: ContainerInspect, { find, workloadOf, isTraced }: Traces): MadeAnew {
  const found = [container]
  const seen = new Set([container.Id])
  for (const each of found) {
    for (const { on } of dependencies(each)) {
      const host = find(on)
      if (host === null || seen.has(host.Id)) continue
      seen.add(host.Id)
      found.push(host)
    }
  }
  const workloads = [...new Set(found.map(workloadOf))]
  return { workloads, at: Date.parse(container.Created), isTraced: workloads.some(isTraced) }
}
