import type { Policy, PolicySpec } from './policy.ts'
import { choosing } from './stages/choosing.ts'
import { drop } from './stages/dropped.ts'
import type { Ordering } from './stages/ordering.ts'

/**
 * The tag that was pushed last, by the registry's word, else by when it was first seen. What the image says of its own
 * making does not count: its publisher writes that.
 */
export const newestPolicy = (spec: PolicySpec): Policy => choosing(spec, newest)

const newest: Ordering<number> = {
  superlative: { highest: 'the newest', lowest: 'the next newer' },
  read(_, candidate) {
    const at = candidate?.pushedAt ?? candidate?.firstSeenAt ?? null
    return at === null ? drop('unreadable', 'nobody knows when it was pushed') : { value: at }
  },
  admit: () => null,
  compare: (a, b) => a - b,
  prefer: () => 0,
  // Tags that one build pushed name the same image: which of them runs makes no difference.
  isGuess: (a, b) =>
    a.value === b.value &&
    a.candidate.pushedAt === null &&
    b.candidate.pushedAt === null &&
    (a.candidate.digest === null || a.candidate.digest !== b.candidate.digest),
  major: () => null,
}
