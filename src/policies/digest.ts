import type { Policy } from './policy.ts'

/** Follows the tag that the workload names: chosen is whatever that tag names now, also one that it named before. */
export const digestPolicy: Policy = {
  kind: 'digest',
  needsTagList: false,
  select(candidates, currentTag) {
    if (currentTag === null) {
      return {
        chosen: null,
        code: 'NO_CURRENT_TAG',
        sentence: 'the policy digest follows a tag, and there is none',
        rejections: [],
      }
    }
    const chosen = candidates.find((candidate) => candidate.tag === currentTag && candidate.digest !== null) ?? null
    const rejections = candidates
      .filter((candidate) => candidate !== chosen)
      .map(({ tag }) => ({ tag, code: 'OTHER_TAG', sentence: `only ${currentTag} is followed` }))
    return chosen === null
      ? { chosen, code: 'TAG_NOT_SEEN', sentence: `${currentTag} was not seen in the registry`, rejections }
      : { chosen, code: 'TAG_FOLLOWED', sentence: `${currentTag} is followed`, rejections }
  },
}
