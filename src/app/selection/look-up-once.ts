import type { Clock } from '../../lib/clock.ts'
import type { Registry, Repository, Urgency } from '../../registries/registry.ts'
import type { Time, TagObservation } from '../../store/store.ts'
import { scanRepository, type ScanMemory } from '../scans/scan-repository.ts'

interface LookUpDeps {
  readonly store: ScanMemory
  readonly registryFor: (host: string) => Registry
  readonly clock: Clock
  /** Looks that are under way, by repository, tag and urgency. */
  readonly lookUps: Map<string, Promise<TagObservation>>
}

/**
 * Whether a tag was looked up, with whatever result, at a time or later. What polling is refused to keep a budget for
 * others counts for polling alone: those others ask.
 */
export const isLookedUpSince = ({ seenAt, failure }: TagObservation, since: Time, urgency: Urgency): boolean =>
  (failure?.at ?? seenAt ?? '') >= since && (urgency === 'background' || failure?.code !== 'REGISTRY_RATE_LIMITED')

/** What a tag names, read at `since` or later: by one request for all workloads that choose it at the same time. */
export async function lookUpOnce(
  deps: LookUpDeps,
  repository: Repository,
  tag: string,
  since: Time,
  signal: AbortSignal,
  urgency: Urgency,
): Promise<{ readonly observation: TagObservation; readonly isAsked: boolean }> {
  const { lookUps, store } = deps
  const key = `${repository.registry}/${repository.repository}:${tag} ${urgency}`
  const underWay = await lookUps.get(key)?.catch(() => null)
  const known = underWay ?? (await store.tagObservation(repository.registry, repository.repository, tag))
  if (known != null && isLookedUpSince(known, since, urgency)) return { observation: known, isAsked: false }
  // Another may have begun while we read.
  const other = lookUps.get(key)
  if (other !== undefined) return { observation: await other, isAsked: true }
  const look = lookUp(deps, repository, tag, signal, urgency)
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
  urgency: Urgency,
): Promise<TagObservation> {
  const [found] = await scanRepository({ ...deps, memory: store, urgency }, repository, [tag], signal)
  // One tag was asked for.
  return found as TagObservation
}
