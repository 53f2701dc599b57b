import { AppError, toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import { isoTime, type Clock } from '../../lib/clock.ts'
import type { Registry, Repository, Urgency } from '../../registries/registry.ts'
import type { Sighting, Store, TagObservation } from '../../store/store.ts'
import { lastingFailure } from './lasting-failure.ts'

/** What scanning remembers; a plan gives one that forgets, so that it changes nothing. */
export type ScanMemory = Pick<Store, 'tagObservation' | 'saveTagObservation' | 'sightings'>

export interface ScanDeps {
  readonly memory: ScanMemory
  readonly registryFor: (host: string) => Registry
  readonly clock: Clock
  /** `wanted` when left out. */
  readonly urgency?: Urgency
}

/** Pause before a surprising answer is asked for again. */
const confirmAfterMs = 1000

/**
 * Looks up what the followed tags of one repository name now: one conditional HEAD a tag, however many workloads
 * follow it. A failure is an observation too, and the last good answer stays beside it.
 */
export async function scanRepository(
  deps: ScanDeps,
  repository: Repository,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<readonly TagObservation[]> {
  return Promise.all(tags.map((tag) => scanTag(deps, repository, tag, signal)))
}

async function scanTag(
  deps: ScanDeps,
  repository: Repository,
  tag: string,
  signal: AbortSignal,
): Promise<TagObservation> {
  const { registry, repository: path } = repository
  const before = await deps.memory.tagObservation(registry, path, tag)
  const found = await look(deps, repository, tag, before, signal)
  const at = isoTime(deps.clock)
  const observation: TagObservation =
    'failure' in found
      ? {
          ...(before ?? neverSeen(repository, tag)),
          failure: lastingFailure(before?.failure ?? null, found.failure, at),
        }
      : {
          registry,
          repository: path,
          tag,
          digest: found.digest,
          reads: found.reads,
          firstSeenAt: before?.digest === found.digest ? before.firstSeenAt : at,
          seenAt: at,
          failure: null,
        }
  await deps.memory.saveTagObservation(observation)
  return observation
}

type Look = { readonly digest: Digest; readonly reads: number } | { readonly failure: AppError }

async function look(
  deps: ScanDeps,
  repository: Repository,
  tag: string,
  before: TagObservation | null,
  signal: AbortSignal,
): Promise<Look> {
  const registry = deps.registryFor(repository.registry)
  try {
    const known = before?.digest ?? null
    const answer = await registry.resolve(repository, tag, known, signal, deps.urgency)
    if (answer === 'unchanged' || answer.digest === known) {
      if (known !== null) return { digest: known, reads: (before?.reads ?? 0) + 1 }
      // A registry that calls unchanged what we never saw is asked again without a condition.
      return await confirm(deps, repository, tag, signal)
    }
    const sightings = await deps.memory.sightings(repository.registry, repository.repository, tag, sightingsMax)
    if (!hasLeft(sightings, answer.digest)) return { digest: answer.digest, reads: 1 }
    await deps.clock.sleep(confirmAfterMs, signal)
    const again = await confirm(deps, repository, tag, signal)
    return { digest: again.digest, reads: again.digest === answer.digest ? 2 : 1 }
  } catch (error) {
    // That we are asked to stop says nothing about the registry.
    if (signal.aborted) throw error
    return { failure: toAppError(error) }
  }
}

/** By the registry itself: a mirror that is behind would only say the same again. */
async function confirm({ registryFor, urgency }: ScanDeps, repository: Repository, tag: string, signal: AbortSignal) {
  const registry = registryFor(repository.registry)
  const answer = await registry.resolve(repository, tag, null, signal, urgency, 'registry')
  if (answer === 'unchanged') {
    throw new AppError('REGISTRY_INTEGRITY', `${repository.registry} calls unchanged what it never told`)
  }
  return { digest: answer.digest, reads: 1 }
}

/** Enough to recognise a digest that a tag left, and bounded. */
const sightingsMax = 50

/** Whether the tag named this digest before and has left it since: a way back, or a stale replica. */
const hasLeft = (sightings: readonly Sighting[], digest: Digest): boolean =>
  sightings.some((each) => each.digest === digest)

const neverSeen = ({ registry, repository }: Repository, tag: string) => ({
  registry,
  repository,
  tag,
  digest: null,
  reads: 0,
  firstSeenAt: null,
  seenAt: null,
})
