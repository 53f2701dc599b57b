import type { Digest } from '../image/digest.ts'

/** A tag that may be chosen, with what is known of it. */
export interface Candidate {
  readonly tag: string
  readonly digest: Digest | null
}

/** Why a candidate was not chosen. */
export interface Rejection {
  readonly tag: string
  readonly code: string
  readonly sentence: string
}

/** The policy's answer: a choice and its reason, also when nothing is chosen. */
export interface Selection {
  readonly chosen: Candidate | null
  readonly code: string
  readonly sentence: string
  readonly rejections: readonly Rejection[]
}

/**
 * Rule that picks among candidates. Pure, total and deterministic: the order of the list does not matter,
 * and nothing but the arguments does.
 */
export interface Policy {
  readonly kind: string
  /** Whether it needs all tags of the repository, or the current one alone. */
  readonly needsTagList: boolean
  select(candidates: readonly Candidate[], currentTag: string | null): Selection
}
