import type { Candidate, Policy, PolicySpec } from './policy.ts'
import { choosing } from './stages/choosing.ts'
import { drop } from './stages/dropped.ts'
import type { Ordering } from './stages/ordering.ts'

/**
 * The tag that was pushed last, by the registry's word, else by when it was first seen. What the image says of its own
 * making does not count: its publisher writes that.
 */
export const newestPolicy = (spec: PolicySpec): Policy => choosing(spec, newest)

/** A tag that was in the list all along was pushed anew when it was first seen to name something else. */
function pushTime({ pushedAt, firstSeenAt, listedAt, hasMoved }: Candidate): number | null {
  return pushedAt ?? (hasMoved ? firstSeenAt : null) ?? listedAt ?? firstSeenAt
}

/** Of two tags that one look found, the push of one alone is known: that look is no time to compare it with. */
const isOneLook = (a: Candidate, b: Candidate): boolean =>
  a.listedAt !== null &&
  a.listedAt === b.listedAt &&
  (a.pushedAt === null) !== (b.pushedAt === null) &&
  !a.hasMoved &&
  !b.hasMoved

/** What the registry says to have come at the same time is a tie as any other. */
const arePushed = (a: Candidate, b: Candidate): boolean => a.pushedAt !== null && b.pushedAt !== null

const newest: Ordering<number> = {
  superlative: { highest: 'the newest', lowest: 'the next newer' },
  notNewer: {
    equal: 'it was pushed, or first seen, when the current tag was',
    below: 'it is older than the current tag',
  },
  read(_, candidate) {
    const at = candidate === null ? null : pushTime(candidate)
    return at === null ? drop('unreadable', 'nobody knows when it was pushed') : { value: at }
  },
  admit: () => null,
  compare: (a, b) => a - b,
  prefer: () => 0,
  // Tags that one build pushed name the same image: which of them runs makes no difference.
  isGuess: (a, b) =>
    ((a.value === b.value && !arePushed(a.candidate, b.candidate)) || isOneLook(a.candidate, b.candidate)) &&
    (a.candidate.digest === null || a.candidate.digest !== b.candidate.digest),
  major: () => null,
}
