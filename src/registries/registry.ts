import type { Digest } from '../image/digest.ts'
import type { Platform } from '../image/platform.ts'
import type { Secret } from '../lib/secret.ts'

/** A repository within a registry: canonical host (`docker.io`, `localhost:5000`) and path (`library/nginx`). */
export interface Repository {
  readonly registry: string
  readonly repository: string
}

/** What a tag or digest names now. */
export interface Descriptor {
  readonly mediaType: string
  /** Digest of the top-level document: an index's or, for a single-platform image, a manifest's. */
  readonly digest: Digest
  /** The manifest's own size in bytes, not the image's; null when the registry did not tell. */
  readonly sizeBytes: number | null
}

/** One platform's image under a top-level digest. */
export interface PlatformImage {
  readonly platform: Platform
  readonly manifest: Digest
  readonly config: Digest | null
  /** What its configuration and its layers take in the registry; absent when its config was not asked for. */
  readonly sizeBytes?: number
}

/** What lies under a top-level digest. Immutable, so it may be kept for ever. */
export interface ImageDescription {
  readonly digest: Digest
  readonly mediaType: string
  /** Without attestations and other entries of platform `unknown/unknown`; nested indexes are flattened. */
  readonly images: readonly PlatformImage[]
}

/**
 * What a push time is the time of. `exact`: the tag's own last push. `digest-first-push`: the first push of what the tag
 * names, so that a tag put on an older image does not show. `created`: the making of the tag or of the image, whichever
 * this version of the registry keeps. `none`: there is no time.
 */
export type PushTimeConfidence = 'exact' | 'digest-first-push' | 'created' | 'none'

/** What a registry tells of one tag beyond its name. */
export interface TagDetail {
  readonly tag: string
  /** Top-level digest; null where the registry does not tell. */
  readonly digest: Digest | null
  /** Milliseconds since 1970; null where the registry does not tell. */
  readonly pushedAt: number | null
  /** Where this was read: `hub-api`, `ecr-api`, `gar-list`, `gitlab-api`, `harbor-api`. */
  readonly source: string
  readonly confidence: PushTimeConfidence
}

/** Tags to learn about. */
export interface WantedTags {
  /** Names that passed the filter of whoever asks; each once. */
  readonly tags: readonly string[]
  /**
   * What earlier answers said, by tag; empty asks for everything. It makes answers cheap: where tags are asked for one by
   * one, a known one is not asked for again, and where they come newest first, reading ends at the first that is as
   * known. Leave out a tag whose digest was seen to move.
   */
  readonly known: ReadonlyMap<string, TagDetail>
}

/** How many pulls a registry still grants us, as it said last. */
export interface PullBudget {
  readonly limit: number
  readonly remaining: number
  /** Length of the time that `limit` is for. */
  readonly windowMs: number
  /** Milliseconds since 1970. */
  readonly observedAt: number
  /** Whom the registry counts: an address, or an account; null when it did not tell. */
  readonly countedFor: string | null
}

/** What the host of a registry let us know last, beside its answers. */
export interface Heard {
  /** How far its clock is ahead of ours, in milliseconds; null when it never told. */
  readonly clockAheadMs: number | null
  /** What it grants; none where it has no limit, or tells of none. */
  readonly budgets: readonly {
    readonly limit: number
    readonly remaining: number
    readonly counts: 'requests' | 'pulls'
    /** Whether so little is left that looking in the background has stopped. */
    readonly isKept: boolean
  }[]
  /** Whether it is marked: its last three answers were damaged. */
  readonly isSuspicious?: boolean
  /** User names that get tokens to push although only pulls were asked for; empty where no token says so. */
  readonly pushers?: readonly string[]
}

/** What to sign in with. `<token>` as the name marks an OAuth2 refresh token. */
export interface SignIn {
  readonly username: string
  readonly password: Secret
}

/**
 * Why a registry is asked. `background`: to keep up, which stops while little is left of what the host grants us.
 * `wanted`: a rollout or an event waits for the answer. `by-hand`: a person does, so that also a credential that was
 * refused is tried, once.
 */
export type Urgency = 'background' | 'wanted' | 'by-hand'

/** Who may answer: a mirror too, or the registry alone, where an answer that is behind would do harm. */
export type Answerer = 'anybody' | 'registry'

/** A place that images are pulled from. One adapter file per kind of registry. */
export interface Registry {
  readonly kind: string

  /**
   * What `tag` names now, by one HEAD.
   *
   * @param known the digest seen last; sent as `If-None-Match`
   * @param urgency `wanted` when left out
   * @param by `anybody` when left out
   * @returns `unchanged` when the registry answered that `known` still holds
   * @throws REGISTRY_* by class of failure
   */
  resolve(
    repository: Repository,
    tag: string,
    known: Digest | null,
    signal: AbortSignal,
    urgency?: Urgency,
    by?: Answerer,
  ): Promise<Descriptor | 'unchanged'>

  /**
   * The platforms under a digest; costs one GET for an index, and one GET per platform of `platforms`
   * (all when null) to learn its config digest.
   *
   * @param urgency `wanted` when left out
   * @throws REGISTRY_* by class of failure, MANIFEST_INVALID when it is no image, MANIFEST_INCOMPLETE when a part is missing
   */
  describe(
    repository: Repository,
    digest: Digest,
    platforms: readonly Platform[] | null,
    signal: AbortSignal,
    urgency?: Urgency,
  ): Promise<ImageDescription>

  /**
   * An image's configuration document, parsed: the defaults that a container takes from it lie under `config`.
   * One GET. @see OCI image-spec, "Image Configuration"
   *
   * @throws REGISTRY_* by class of failure
   */
  readConfig(repository: Repository, config: Digest, signal: AbortSignal): Promise<unknown>

  /** All tags, in the registry's order. Never a partial list: an error on any page is an error. */
  listTags(repository: Repository, signal: AbortSignal, urgency?: Urgency): Promise<readonly string[]>

  /**
   * All tags with what is told of them, where the list itself tells: in one reading. Absent elsewhere.
   *
   * @param urgency `wanted` when left out
   * @returns in no order, each tag once; with null for what the list does not tell of it
   * @throws REGISTRY_* by class of failure, CREDENTIALS_INVALID; never a partial answer
   */
  listDetails?(repository: Repository, signal: AbortSignal, urgency?: Urgency): Promise<readonly TagDetail[]>

  /**
   * Digest and push time of tags by the cheapest true way that this kind of registry has; absent where there is none.
   *
   * @param urgency `wanted` when left out
   * @returns in no order, one for each wanted tag that something is known of, those of `wanted.known` that were not asked
   *   for again included; a wanted tag that is missing is not there, or lies beyond what the registry tells
   * @throws REGISTRY_* by class of failure, CREDENTIALS_INVALID; never a partial answer
   */
  describeTags?(
    repository: Repository,
    wanted: WantedTags,
    signal: AbortSignal,
    urgency?: Urgency,
  ): Promise<readonly TagDetail[]>

  /**
   * What to sign in with, for kinds of registries that make passwords on request; absent where those of the
   * configuration and of Docker's own file are all there is. Null means as a stranger, on purpose.
   * The same credential is the same object every time, until it is renewed.
   *
   * @throws CREDENTIALS_INVALID naming what is wrong; being unable to make one never makes us strangers
   */
  credential?(repository: Repository, signal: AbortSignal, urgency?: Urgency): Promise<SignIn | null>

  /**
   * Told that the registry refused what `credential` gave: it is given no more, and another one is made when that is asked
   * for next. Where one was made for the same reason just now, all stays as it is.
   */
  credentialRefused?(repository: Repository, refused: SignIn): void

  /** Absent where nothing is kept of it. */
  heard?(registry: string): Heard

  /** Pulls that are left; null before anything was learned, and where there is no limit. */
  pullBudget?(): PullBudget | null

  /** Closes idle connections. */
  close(): void
}
