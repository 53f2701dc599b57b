import { agesCountFrom } from './ages-count-from.ts'
import { toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import { tagOf } from '../../image/reference.ts'
import type { SelectionContext } from '../../policies/policy.ts'
import type { ImageDescription, Urgency } from '../../registries/registry.ts'
import type { Store, TagListObservation, TagObservation, Time } from '../../store/store.ts'
import type { App } from '../app.ts'
import { describeImage } from '../scans/describe-image.ts'
import { keptDescription } from '../scans/kept-description.ts'
import { runsDigest } from '../workloads/running-image.ts'
import { repositoryOf, type WatchableWorkload } from '../workloads/watched-workloads.ts'
import { toCandidates, toKnown } from './candidates.ts'
import { chooseTag, type TagLook, type TagSources } from './choose-tag.ts'
import { goneCandidate } from './gone-candidate.ts'
import type { ListChoice } from './list-choice.ts'
import { isLookedUpSince, lookUpOnce } from './look-up-once.ts'

type ChooseDeps = Pick<App, 'registryFor' | 'clock' | 'lookUps'> & {
  readonly store: Pick<
    Store,
    | 'tagList'
    | 'listedTags'
    | 'tagObservations'
    | 'movedTags'
    | 'quarantine'
    | 'tagObservation'
    | 'saveTagObservation'
    | 'sightings'
    | 'restoredAt'
    | 'imageDescription'
    | 'saveImageDescription'
  >
}

interface ChooseOptions {
  /** Whether somebody is going to ask what became of every tag. */
  readonly keepsReasons?: boolean
  /** `wanted` when left out. */
  readonly urgency?: Urgency
}

/**
 * Chooses by the last list of tags. What of a tag was not looked up since that list was read is looked up now, so that
 * nothing is chosen that the registry does not confirm.
 */
export async function chooseForWorkload(
  app: ChooseDeps,
  watched: WatchableWorkload,
  signal: AbortSignal,
  { keepsReasons = false, urgency = 'wanted' }: ChooseOptions = {},
): Promise<ListChoice> {
  const { store } = app
  const { registry, repository } = repositoryOf(watched)
  const list = await store.tagList(registry, repository)
  if (list === null || list.seenAt === null || list.failure !== null) return { list, choice: null, observation: null }
  const rows = await store.tagObservations(registry, repository)
  const observations = new Map(rows.map((each) => [each.tag, each]))
  const moved = (await store.movedTags(registry, repository)).filter((tag) => !runs(watched, observations.get(tag)))
  const listed = list.doubt?.count === 0 ? [] : await store.listedTags(registry, repository)
  const restoredAt = await agesCountFrom(store, watched.policy)
  const known = { listed, observations: rows, moved, restoredAt }
  const choice = await chooseTag(
    watched.policy,
    toCandidates(known),
    {
      ...(await contextOf(app, watched, list)),
      keepsReasons,
      currentGone: goneCandidate(known, tagOf(watched.reference)),
    },
    sourcesOf(app, watched, { since: list.seenAt, observations, moved: new Set(moved), restoredAt, urgency }, signal),
  )
  const { chosen } = choice.selection
  return { list, choice, observation: chosen === null ? null : (observations.get(chosen.tag) ?? null) }
}

/** What a workload runs has not moved away from under it, whatever it named at other times. */
const runs = (
  { workload, reference }: WatchableWorkload,
  observation: Pick<TagObservation, 'tag' | 'digest'> | undefined,
): boolean =>
  observation?.digest != null &&
  observation.tag === tagOf(reference) &&
  runsDigest(workload, reference, observation.digest, null)

async function contextOf(
  { store, clock }: ChooseDeps,
  { workload, reference, policy }: WatchableWorkload,
  { doubt }: TagListObservation,
): Promise<Omit<SelectionContext, 'isSpent'>> {
  const quarantines = await store.quarantine(workload.id)
  const failed = quarantines.filter((each) => each.policy === policy.spec.text).map(({ digest }) => digest)
  return {
    current: tagOf(reference),
    platform: workload.platform,
    now: clock.now(),
    quarantined: new Set<Digest>(failed),
    list: doubt === null ? 'whole' : 'halved',
  }
}

interface Memory {
  readonly since: Time
  readonly observations: Map<string, TagObservation>
  readonly moved: Set<string>
  readonly restoredAt: Time | null
  readonly urgency: Urgency
}

function sourcesOf(app: ChooseDeps, watched: WatchableWorkload, memory: Memory, signal: AbortSignal): TagSources {
  const repository = repositoryOf(watched)
  const { observations, moved, since, restoredAt, urgency } = memory
  return {
    async digest(tag) {
      const before = observations.get(tag) ?? null
      const isKnown = before !== null && isLookedUpSince(before, since, urgency)
      const found = isKnown
        ? { observation: before, isAsked: false }
        : await lookUpOnce(app, repository, tag, since, signal, urgency)
      const { observation } = found
      if (runs(watched, observation)) moved.delete(tag)
      else if (before?.digest != null && observation.digest !== before.digest) moved.add(tag)
      observations.set(tag, observation)
      return { ...toLook(observation, moved.has(tag), restoredAt), isAsked: found.isAsked }
    },
    async platforms(digest) {
      const kept = await keptDescription(app.store, repository, digest)
      const { images } = await described(app, watched, digest, signal, urgency)
      return { platforms: images.map(({ platform }) => platform), isAsked: kept === null }
    },
  }
}

function toLook(observation: TagObservation, hasMoved: boolean, restoredAt: Time | null): TagLook {
  const { failure } = observation
  if (failure === null) return { kind: 'found', known: toKnown(observation, hasMoved, restoredAt) }
  if (failure.code === 'REGISTRY_NOT_FOUND') return { kind: 'gone' }
  return { kind: 'failed', code: failure.code, sentence: failure.sentence }
}

/** What is no image, such as a chart, or lacks a part in the registry, is there for no platform. */
async function described(
  app: ChooseDeps,
  watched: WatchableWorkload,
  digest: Digest,
  signal: AbortSignal,
  urgency: Urgency,
): Promise<Pick<ImageDescription, 'images'>> {
  try {
    return await describeImage(app, repositoryOf(watched), digest, watched.workload.platform, signal, urgency)
  } catch (error) {
    if (toAppError(error).code.startsWith('MANIFEST_')) return { images: [] }
    throw error
  }
}
