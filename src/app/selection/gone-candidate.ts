import type { Candidate } from '../../policies/policy.ts'
import { toCandidates, type KnownTags } from './candidates.ts'

/** What is remembered of a tag that the list had and has no more; null for any other. What is newer can be told by that. */
export function goneCandidate(known: KnownTags, tag: string): Candidate | null {
  const gone = known.listed.find((each) => each.tag === tag && each.goneSince !== null)
  if (gone === undefined) return null
  const listed = known.listed.map((each) => (each === gone ? { ...gone, goneSince: null } : each))
  return toCandidates({ ...known, listed }).find((each) => each.tag === tag) ?? null
}
