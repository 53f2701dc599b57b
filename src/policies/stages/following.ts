import type { Candidate, Judged, Policy, PolicySpec, Selection, SelectionContext } from '../policy.ts'
import { drop } from './dropped.ts'
import { artefactReason, isArtefact } from '../../image/artefact-tags.ts'
import { guard, isMeantToStay, whatIsMissing } from './guards.ts'
import { withoutRepeats } from './tag-list.ts'

/**
 * A policy that follows one tag, wherever that goes: also back to what it named before.
 * @param followedTag the tag, given the current one
 */
export function following(spec: PolicySpec, followedTag: (current: string | null) => string | null): Policy {
  return {
    spec,
    followedTag,
    isMeantToStay: (tag) => isMeantToStay(tag, null),
    select(given, context) {
      const candidates = withoutRepeats(given)
      const tag = followedTag(context.current)
      const nothing = {
        chosen: null,
        missing: null,
        againAt: null,
        keptBack: () => [],
        knowing: () => null,
        judge: () => judgeAll(candidates, tag, null),
      }
      if (tag === null) {
        return {
          ...nothing,
          code: 'NO_CURRENT_TAG',
          sentence: `the policy ${spec.order} follows a tag, and there is none`,
        }
      }
      const chosen = candidates.find((candidate) => candidate.tag === tag)
      if (chosen === undefined)
        return { ...nothing, code: 'TAG_NOT_SEEN', sentence: `${tag} was not seen in the registry` }
      return follow(spec, chosen, candidates, context)
    },
  }
}

function follow(
  spec: PolicySpec,
  chosen: Candidate,
  candidates: readonly Candidate[],
  context: SelectionContext,
): Selection {
  const dropped = isArtefact(chosen.tag) ? drop('artefact', artefactReason) : guard(spec, chosen, null, context)
  const rest = {
    missing: dropped && whatIsMissing(chosen, dropped),
    againAt: dropped?.verdict === 'too-young' ? (chosen.firstSeenAt ?? 0) + (spec.minAgeMs ?? 0) : null,
    knowing: () => null,
    keptBack: () => (dropped === null ? [] : [{ tag: chosen.tag, ...dropped }]),
    judge: () => judgeAll(candidates, chosen.tag, dropped),
  }
  const { tag } = chosen
  if (dropped === null) return { ...rest, chosen, code: 'TAG_FOLLOWED', sentence: `${tag} is followed` }
  const code = dropped.verdict === 'moved' ? 'IMMUTABLE_MOVED' : 'TAG_HELD'
  return { ...rest, chosen: null, code, sentence: `${tag} is followed, but ${dropped.reason}` }
}

function judgeAll(
  candidates: readonly Candidate[],
  followed: string | null,
  dropped: Pick<Judged, 'verdict' | 'reason'> | null,
): readonly Judged[] {
  const tags = [...new Set(candidates.map(({ tag }) => tag))].toSorted()
  const judge = (tag: string): Judged =>
    tag === followed
      ? { tag, ...(dropped ?? { verdict: 'selected', reason: 'this tag is followed' }) }
      : {
          tag,
          verdict: 'not-followed',
          reason: followed === null ? 'no tag is followed' : `only ${followed} is followed`,
        }
  return [...tags.filter((tag) => tag === followed), ...tags.filter((tag) => tag !== followed)].map(judge)
}
