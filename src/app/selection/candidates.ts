import type { Candidate } from '../../policies/policy.ts'
import { tagTime } from './push-times.ts'
import type { ListedTag, TagObservation } from '../../store/store.ts'

/** What is known of the tags of a repository. */
export interface KnownTags {
  readonly listed: readonly ListedTag[]
  /** Those that were looked up some time. */
  readonly observations: readonly TagObservation[]
  /** Those that were seen to name more than one digest. */
  readonly moved: readonly string[]
}

/** Every tag of the list as a candidate, with what is remembered of it. Platforms are looked up where they matter. */
export function toCandidates({ listed, observations, moved }: KnownTags): readonly Candidate[] {
  const byTag = new Map(observations.map((each) => [each.tag, each]))
  const hasMoved = new Set(moved)
  const lookBefore = looksBefore(listed)
  return listed
    .filter(({ goneSince }) => goneSince === null)
    .map(({ tag, firstSeenAt, push }) => {
      const seen = toKnown(byTag.get(tag) ?? null, hasMoved.has(tag))
      // What it names now it did not name before it was seen to move.
      const absentAt = (seen.hasMoved ? seen.firstSeenAt : null) ?? lookBefore.get(firstSeenAt) ?? null
      return { tag, pushedAt: tagTime(push, absentAt), listedAt: Date.parse(firstSeenAt), platforms: null, ...seen }
    })
}

/** For each look that found something new, the one before, at which that was not there; null for the first. */
function looksBefore(listed: readonly ListedTag[]): ReadonlyMap<string, number | null> {
  const looks = [...new Set(listed.map(({ firstSeenAt }) => firstSeenAt))].toSorted()
  return new Map(looks.map((at, index) => [at, index === 0 ? null : Date.parse(looks[index - 1] ?? '')]))
}

/** What an observation tells of a candidate. */
export const toKnown = (
  observation: Pick<TagObservation, 'digest' | 'firstSeenAt'> | null,
  hasMoved: boolean,
): Pick<Candidate, 'digest' | 'firstSeenAt' | 'hasMoved'> => ({
  digest: observation?.digest ?? null,
  firstSeenAt: observation?.firstSeenAt == null ? null : Date.parse(observation.firstSeenAt),
  hasMoved,
})
