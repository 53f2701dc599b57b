import type { Clock } from '../../lib/clock.ts'
import type { Registry, Repository } from '../../registries/registry.ts'
import type { Time, TagObservation } from '../../store/store.ts'
import { scanRepository, type ScanMemory } from '../scans/scan-repository.ts'

interface LookUpDeps {
  readonly store: ScanMemory
  readonly registryFor: (host: string) => Registry
  readonly clock: Clock
  /** Looks that are under way, by repository and tag. */
  readonly lookUps: Map<string, Promise<TagObservation>>
}

/** Whether a tag was looked up, with whatever result, at a time or later. */
export const isLookedUpSince = ({ seenAt, failure }: TagObservation, since: Time): boolean =>
  (failure?.at ?? seenAt ?? '') >= since

/** What a tag names, read at `since` or later: by one request for all workloads that choose it at the same time. */
export async function lookUpOnce(
  deps: LookUpDeps,
  repository: Repository,
  tag: string,
  since: Time,
  signal: AbortSignal,
): Promise<{ readonly observation: TagObservation; readonly isAsked: boolean }> {
  const { lookUps, store } = deps
  const key = `${repository.registry}/${repository.repository}:${tag}`
  const underWay = await lookUps.get(key)?.catch(() => null)
  const known = underWay ?? (await store.tagObservation(repository.registry, repository.repository, tag))
  if (known != null && isLookedUpSince(known, since)) return { observation: known, isAsked: false }
  // Another may have begun while we read.
  const other = lookUps.get(key)
  if (other !== undefined) return { observation: await other, isAsked: true }
  const look = lookUp(deps, repository, tag, signal)
  lookUps.set(key, look)
  try {
    return { observation: await look, isAsked: true }
  } finally {
    lookUps.delete(key)
  }
}

async function lookUp(
  { store, ...deps }: LookUpDeps,
  repository: Repository,
  tag: string,
  signal: AbortSignal,
): Promise<TagObservation> {
  const [found] = await scanRepository({ ...deps, memory: store }, repository, [tag], signal)
  // One tag was asked for.
  return found as TagObservation
}
