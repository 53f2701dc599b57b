import type { Candidate } from '../../policies/policy.ts'
import { tagTime } from './push-times.ts'
import type { ListedTag, TagObservation, Time } from '../../store/store.ts'

/** What is known of the tags of a repository. */
export interface KnownTags {
  readonly listed: readonly ListedTag[]
  /** Those that were looked up some time. */
  readonly observations: readonly TagObservation[]
  /** Those that were seen to name more than one digest. */
  readonly moved: readonly string[]
  /** No age counts from before it; null where nothing happened to the state. */
  readonly restoredAt: Time | null
}

/** Every tag of the list as a candidate, with what is remembered of it. Platforms are looked up where they matter. */
export function toCandidates({ listed, observations, moved, restoredAt }: KnownTags): readonly Candidate[] {
  const byTag = new Map(observations.map((each) => [each.tag, each]))
  const hasMoved = new Set(moved)
  const lookBefore = looksBefore(listed)
  return listed
    .filter(({ goneSince }) => goneSince === null)
    .map(({ tag, firstSeenAt, push }) => {
      const observation = byTag.get(tag) ?? null
      const seen = toKnown(observation, hasMoved.has(tag), restoredAt)
      // What it names now it did not name before it was seen to move.
      const absentAt = (seen.hasMoved ? timeOf(observation?.firstSeenAt) : null) ?? lookBefore.get(firstSeenAt) ?? null
      return { tag, pushedAt: tagTime(push, absentAt), listedAt: Date.parse(firstSeenAt), platforms: null, ...seen }
    })
}

/** For each look that found something new, the one before, at which that was not there; null for the first. */
function looksBefore(listed: readonly ListedTag[]): ReadonlyMap<string, number | null> {
  const looks = [...new Set(listed.map(({ firstSeenAt }) => firstSeenAt))].toSorted()
  return new Map(looks.map((at, index) => [at, index === 0 ? null : Date.parse(looks[index - 1] ?? '')]))
}

/**
 * What an observation tells of a candidate.
 * @param restoredAt no age counts from before it: what the lost state knew against a digest is gone
 */
export function toKnown(
  observation: Pick<TagObservation, 'digest' | 'firstSeenAt'> | null,
  hasMoved: boolean,
  restoredAt: Time | null,
): Pick<Candidate, 'digest' | 'firstSeenAt' | 'hasMoved'> {
  const seenAt = timeOf(observation?.firstSeenAt)
  const firstSeenAt = seenAt === null ? null : Math.max(seenAt, timeOf(restoredAt) ?? seenAt)
  return { digest: observation?.digest ?? null, firstSeenAt, hasMoved }
}

const timeOf = (time: Time | null | undefined): number | null => (time == null ? null : Date.parse(time))
