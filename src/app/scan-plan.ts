import type { Repository } from '../registries/registry.ts'
import { scanKey } from './scan-key.ts'
import { repositoryOf, type WatchableWorkload, type WatchedWorkload } from './watched-workloads.ts'

/** One look at a repository that serves every workload that follows it. */
export interface ScanWork {
  /** `scan:<host>/<repository>` */
  readonly key: string
  readonly repository: Repository
  readonly tags: readonly string[]
  readonly workloads: readonly WatchableWorkload[]
}

/** Groups workloads by repository, so that each is looked at once however many workloads use it. */
export function planScans(watched: readonly WatchedWorkload[]): readonly ScanWork[] {
  const groups = Map.groupBy(watched.filter(isWatchable), (each) => scanKey(repositoryOf(each)))
  return [...groups].map(([key, workloads]) => ({
    key,
    // groupBy makes no empty groups
    repository: repositoryOf(workloads[0] as WatchableWorkload),
    tags: [...new Set(workloads.map((each) => each.tag))],
    workloads,
  }))
}

export const isWatchable = (watched: WatchedWorkload): watched is WatchableWorkload => watched.kind === 'watchable'
