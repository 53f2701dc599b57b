import { parseReference, tagOf } from '../../image/reference.ts'
import type { Policy } from '../../policies/policy.ts'
import type { Workload } from '../../targets/target.ts'

/**
 * A workload together with what its owner should know where the configuration says another tag by now than the one that
 * it follows: a policy that follows whichever tag is there never looks at what is written. One that chooses the tag moves it.
 */
export function withWrittenTag(workload: Workload, policy: Policy, tag: string): Workload {
  const { writtenImage, note } = workload
  if (writtenImage === undefined) return workload
  const writtenTag = tagOf(parseReference(writtenImage))
  if (writtenTag === tag || policy.followedTag(writtenTag) !== writtenTag) return workload
  const told =
    `ensure says the tag ${writtenTag}, and it stays on the tag ${tag}, which it follows; ` +
    `to take it there run: longshore deploy ${workload.id} ${writtenTag}`
  return { ...workload, note: note === undefined ? told : `${note}; ${told}` }
}
