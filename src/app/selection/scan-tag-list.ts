import { toAppError } from '../../errors.ts'
import { isoTime, type Clock } from '../../lib/clock.ts'
import type { Registry, Repository, Urgency } from '../../registries/registry.ts'
import type { Store, TagListObservation } from '../../store/store.ts'
import { lastingFailure } from '../scans/lasting-failure.ts'
import { knownPushes } from './known-pushes.ts'
import { readTags } from './push-times.ts'
import { takeInList } from './take-in-list.ts'

/** What looking at lists remembers. */
export type ListMemory = Pick<Store, 'tagList' | 'listedTags' | 'tagObservations' | 'saveTagList'>

interface ListDeps {
  readonly memory: ListMemory
  readonly registryFor: (host: string) => Registry
  readonly clock: Clock
  /** `wanted` when left out. */
  readonly urgency?: Urgency
}

/**
 * Reads all tags of a repository, however many workloads choose among them. A failure on any page is a failure of the
 * whole look, and is kept as such; the last good list stays beside it.
 *
 * @param hasTimes whether it matters when tags were pushed
 */
export async function scanTagList(
  { memory, registryFor, clock, urgency }: ListDeps,
  repository: Repository,
  hasTimes: boolean,
  signal: AbortSignal,
): Promise<TagListObservation> {
  const { registry, repository: path } = repository
  const before = (await memory.tagList(registry, path)) ?? neverSeen(repository)
  try {
    const from = registryFor(registry)
    const known = { list: before, listed: await memory.listedTags(registry, path) }
    const pushed = hasTimes
      ? knownPushes(known.listed, await memory.tagObservations(registry, path), isoTime(clock))
      : null
    const { tags, pushes } = await readTags(from, repository, pushed, signal, urgency)
    const { list, listed } = takeInList(known, tags, pushes, isoTime(clock))
    await memory.saveTagList(list, listed ?? undefined)
    return list
  } catch (error) {
    // That we are asked to stop says nothing about the registry.
    const failure = toAppError(error)
    if (signal.aborted || failure.code.startsWith('STATE_')) throw error
    const list = { ...before, failure: lastingFailure(before.failure, failure, isoTime(clock)) }
    await memory.saveTagList(list)
    return list
  }
}

const neverSeen = (repository: Repository): TagListObservation => ({
  ...repository,
  count: 0,
  seenAt: null,
  failure: null,
  doubt: null,
})
