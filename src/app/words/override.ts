import { shortDigest, type Digest } from '../../image/digest.ts'
import { tagOf } from '../../image/reference.ts'
import type { Policy } from '../../policies/policy.ts'
import type { Override, TagObservation, Time } from '../../store/store.ts'
import { because } from './words.ts'

/** Whether a person's word is later than a time. */
export const isNewer = ({ since }: Pick<Override, 'since'>, than: Time): boolean => Date.parse(since) > Date.parse(than)

/** What an override wants to run, as far as is known; null while its tag was not seen, or could not be looked up. */
export function wantedDigest({ digest }: Override, observation: TagObservation | null): Digest | null {
  if (digest !== null) return digest
  return observation?.failure === null ? observation.digest : null
}

/** Whether a return has arrived: the workload names its own tag, and its policy decides again. */
export const hasReturned = ({ kind, tag }: Override, reference: { readonly tag: string | null }): boolean =>
  kind === 'return' && tagOf(reference) === tag

/**
 * Whether a word means no more than that the policy decides again. A return to a tag is for those that follow whatever
 * tag they name; other policies know where to go, from wherever the workload is.
 */
export const endsByPolicy = ({ kind }: Override, { spec }: Pick<Policy, 'spec'>): boolean =>
  kind === 'return' && spec.order !== 'digest'

/** The tag that a workload follows by itself, whatever people asked for meanwhile. */
export function ownTag(override: Override | null, reference: { readonly tag: string | null }): string {
  if (override === null) return tagOf(reference)
  return override.kind === 'pin' ? override.tagBefore : override.tag
}

/** The pin that a new word of that kind takes the place of, and has to remember; null for none. */
export function replacedBy(kind: Override['kind'], override: Override | null): Override['insteadOf'] {
  if (kind !== 'deploy' || override === null) return null
  if (override.kind !== 'pin') return override.insteadOf
  const { tag, digest, actor, reason, since } = override
  return { tag, digest, actor, reason, since }
}

/** The pin whose place an override took, as it holds again; null where it took none. */
export function pinBefore({ insteadOf, workload, tagBefore }: Override): Override | null {
  return insteadOf && { ...insteadOf, workload, tagBefore, kind: 'pin', insteadOf: null }
}

/** `1.4.2`, or with a digest `1.4.2 (aaaaaaaaaaaa)`. */
export const tellImage = ({ tag, digest }: Pick<Override, 'tag' | 'digest'>): string =>
  digest === null ? tag : `${tag} (${shortDigest(digest)})`

/** What a person did: `ada pinned it to 1.4.2, because "…"`. */
export function tellOverride(override: Override): string {
  const { kind, actor, reason } = override
  const what = { pin: 'pinned it to', deploy: 'asked for', return: 'unpinned it: it goes back to' }[kind]
  return `${actor} ${what} ${tellImage(override)}${because(reason)}`
}
