import type { Digest } from '../../image/digest.ts'
import { formatAge } from '../../lib/age.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { TagObservation } from '../../store/store.ts'
import type { Due } from '../groups/due-codes.ts'
import type { DecideInput } from './decide-input.ts'
import { decision, type Decision } from './decision.ts'
import type { Guard } from './guards/guard.ts'
import { guards } from './guards/guards.ts'

/** The decision on a candidate that differs from what runs: a rollout is due unless a guard holds it. */
export function guarded(input: DecideInput, candidate: Digest, due: Due, by: readonly Guard[] = guards): Decision {
  for (const guard of by) {
    const held = guard(input, candidate)
    if (held === null) continue
    const { state, code, sentence, againInMs = null } = held
    return { ...decision(state, code, sentence, candidate), againInMs }
  }
  return { ...decision('outdated', due.code, due.sentence, candidate), isRolloutDue: true }
}

/** A registry that fails to find something once may be a replica that lags behind; not so after as many looks in as long. */
const goneAfter = { looks: 3, ms: 30 * 60_000 }

/** What is told of something that was there and stays away, by what its registry says. */
const goneWords = {
  REGISTRY_NOT_FOUND: { code: 'TAG_GONE', what: (tag: string) => `no tag ${tag}` },
  REGISTRY_REPOSITORY_UNKNOWN: { code: 'REPOSITORY_GONE', what: () => 'no such repository' },
} as const

const isGoneCode = (code: string): code is keyof typeof goneWords => Object.hasOwn(goneWords, code)

/** Told in place of a failure that lasts: a tag or its repository is gone; null for any other, and before that is sure. */
export function gone(failure: NonNullable<TagObservation['failure']>, tag: string, now: number): Reason | null {
  const goneMs = now - Date.parse(failure.since)
  if (!isGoneCode(failure.code) || failure.count < goneAfter.looks || goneMs < goneAfter.ms) return null
  const { code, what } = goneWords[failure.code]
  const sentence = `its registry has had ${what(tag)} for ${formatAge(goneMs)}; what runs is left as it is`
  return { code, sentence }
}

/**
 * An error of the registry never reads as "up to date" (I6); the last good look is told with its age. A tag that was
 * there and stays away is told as gone; what runs is left as it is.
 */
export function lookFailed({ failure, seenAt, digest, tag }: TagObservation, now: number): Decision {
  const last = seenAt === null ? 'it was never seen' : `last seen ${formatAge(now - Date.parse(seenAt))} ago`
  const { code, sentence } =
    (failure && seenAt !== null && gone(failure, tag, now)) ||
    (failure ?? { code: 'UNKNOWN', sentence: 'the look failed' })
  return decision('unknown', code, `${sentence}; ${last}`, digest)
}
