import type { Digest } from '../image/digest.ts'
import type { Platform } from '../image/platform.ts'

/** How candidates are put in order; each is a file of this folder. */
export const orders = ['digest', 'semver', 'newest', 'numerical', 'alphabetical', 'calver', 'pin'] as const
export type Order = (typeof orders)[number]

/** A policy as its owner wrote it, read and with every default filled in. */
export interface PolicySpec {
  /** On one line, for people, and to tell policies apart. */
  readonly text: string
  readonly order: Order
  /** `semver`: npm's range grammar; `calver`: a layout; `pin`: the tag; null for none. */
  readonly range: string | null
  /** Globs, and regexes between slashes. Without any, all tags. */
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** Template over the groups of the first regex of `include` that matches: what is read in place of the tag. */
  readonly extract: string | null
  readonly variant: 'same' | 'shape' | 'ignore'
  readonly prerelease: 'never' | 'same' | 'any'
  readonly precision: 'keep' | 'any'
  readonly vPrefix: 'keep' | 'any'
  readonly direction: 'highest' | 'lowest'
  readonly downgrade: boolean
  readonly maxMajorStep: number | null
  readonly minAgeMs: number | null
  readonly immutable: boolean
}

/** A tag that may be chosen, with what is known of it. Times are in milliseconds since 1970. */
export interface Candidate {
  readonly tag: string
  readonly digest: Digest | null
  /** When the registry says that the tag was pushed; null where it does not. */
  readonly pushedAt: number | null
  /** When the tag was first seen to name the digest: what its age counts from. */
  readonly firstSeenAt: number | null
  /** When the tag was first seen in the list, whatever it named; null where no list was kept. */
  readonly listedAt: number | null
  /** Of its images; null when nobody looked. */
  readonly platforms: readonly Platform[] | null
  /** Whether the tag named another digest before. */
  readonly hasMoved: boolean
}

/** What a choice depends on besides the candidates. */
export interface SelectionContext {
  /** Tag that the workload runs or is meant to run by its owner; null for none. */
  readonly current: string | null
  /** What was known of the current tag when the list still had it; null, or left out, while it has it. */
  readonly currentGone?: Candidate | null
  /** Platform that the image has to be there for; null to leave that open. */
  readonly platform: Platform | null
  readonly now: number
  /** Digests that are not to be chosen. */
  readonly quarantined: ReadonlySet<Digest>
  /** Whether the list of tags can be believed to be all there are. */
  readonly list: 'whole' | 'partial' | 'halved'
  /** Whether the time for matching patterns is over: one made to be slow must not hang us. */
  readonly isSpent: () => boolean
  /** Whether somebody asks what became of each tag: else `judge` goes through the list once more. */
  readonly keepsReasons?: boolean
}

/** What became of a tag, and at which stage; in the order of the stages. */
export const verdicts = {
  invalid: 'filter',
  artefact: 'filter',
  'not-included': 'filter',
  excluded: 'filter',
  'not-followed': 'filter',
  'not-extracted': 'extract',
  unreadable: 'read',
  'other-variant': 'variant',
  prerelease: 'order',
  'other-counter': 'order',
  'other-precision': 'order',
  'other-prefix': 'order',
  'out-of-range': 'range',
  'not-compared': 'guards',
  'not-newer': 'guards',
  'major-step': 'guards',
  'age-unknown': 'guards',
  'too-young': 'guards',
  moved: 'guards',
  quarantined: 'guards',
  'platform-missing': 'guards',
  'platform-unknown': 'guards',
  outranked: 'choice',
  selected: 'choice',
} as const

export type Verdict = keyof typeof verdicts
export type Stage = (typeof verdicts)[Verdict]

/** What became of one tag, and why. */
export interface Judged {
  readonly tag: string
  readonly verdict: Verdict
  /** In words, without the tag. */
  readonly reason: string
}

/** The policy's answer: a choice and its reason, also when nothing is chosen. */
export interface Selection {
  /** Null when nothing may be chosen: then the workload is held, or what it should run is unknown. */
  readonly chosen: Candidate | null
  readonly code: string
  readonly sentence: string
  /** A candidate that would be better, if what is not known of it were: to be looked up, then selected again. */
  readonly missing: { readonly tag: string; readonly what: 'digest' | 'platforms' } | null
  /** When a better one will be old enough, if nothing else changes until then; null when none is too young. */
  readonly againAt: number | null
  /**
   * Better tags that are kept back by what they named when they were looked up last, the best first, only a few: a push
   * may have mended them, and no list shows that. Worked out when it is asked for.
   */
  readonly keptBack: () => readonly Judged[]
  /**
   * The same choice with more known of one tag, which costs far less than selecting from all again; null where all have
   * to be selected from again.
   * @param known null when the registry has the tag no more
   */
  readonly knowing: (tag: string, known: Candidate | null) => Selection | null
  /**
   * Every tag once, the best first. Worked out when it is asked for.
   * @param isSpent whether the time for comparing them is over: then those that came as far are told by name
   */
  readonly judge: (isSpent: () => boolean) => readonly Judged[]
}

/**
 * Rule that picks among candidates. Pure, total and deterministic: the order of the list does not matter,
 * and nothing but the arguments does.
 */
export interface Policy {
  readonly spec: PolicySpec
  /** The one tag that it follows, given the current one; null when all tags of the repository have to be known. */
  followedTag(current: string | null): string | null
  /** Whether a tag has three or more numbers as it is read here: most people think that such a tag stays as it is. */
  isMeantToStay(tag: string): boolean
  select(candidates: readonly Candidate[], context: SelectionContext): Selection
}
