import type { Repository } from '../../registries/registry.ts'
import { scanKey } from './scan-key.ts'
import { repositoryOf, type WatchableWorkload, type WatchedWorkload } from '../workloads/watched-workloads.ts'

/** One look at a repository that serves every workload that follows it. */
export interface ScanWork {
  /** `scan:<host>/<repository>` */
  readonly key: string
  readonly repository: Repository
  readonly tags: readonly string[]
  /** Whether all of its tags are to be known, since a policy chooses among them. */
  readonly isListed: boolean
  /** Whether it matters when they were pushed. */
  readonly hasTimes: boolean
  readonly workloads: readonly WatchableWorkload[]
}

/** Groups workloads by repository, so that each is looked at once however many workloads use it. */
export function planScans(watched: readonly WatchedWorkload[]): readonly ScanWork[] {
  const groups = Map.groupBy(watched.filter(isScanned), (each) => scanKey(repositoryOf(each)))
  return [...groups].map(([key, workloads]) => ({
    key,
    // groupBy makes no empty groups
    repository: repositoryOf(workloads[0] as WatchableWorkload),
    tags: [...new Set(workloads.filter((each) => !each.isListed).map((each) => each.tag))],
    isListed: workloads.some((each) => each.isListed),
    hasTimes: workloads.some(({ isListed, policy }) => isListed && policy.spec.order === 'newest'),
    workloads,
  }))
}

const isScanned = (watched: WatchedWorkload): watched is WatchableWorkload =>
  isWatchable(watched) && watched.isFollowOnly !== true

export const isWatchable = (watched: WatchedWorkload): watched is WatchableWorkload => watched.kind === 'watchable'
