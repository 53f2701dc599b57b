import type { Digest } from '../image/digest.ts'
import type { Platform } from '../image/platform.ts'

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
}

/** What lies under a top-level digest. Immutable, so it may be kept for ever. */
export interface ImageDescription {
  readonly digest: Digest
  readonly mediaType: string
  /** Without attestations and other entries of platform `unknown/unknown`; nested indexes are flattened. */
  readonly images: readonly PlatformImage[]
}

/** A place that images are pulled from. One adapter file per kind of registry. */
export interface Registry {
  readonly kind: string

  /**
   * What `tag` names now, by one HEAD.
   *
   * @param known the digest seen last; sent as `If-None-Match`
   * @returns `unchanged` when the registry answered that `known` still holds
   * @throws REGISTRY_* by class of failure
   */
  resolve(
    repository: Repository,
    tag: string,
    known: Digest | null,
    signal: AbortSignal,
  ): Promise<Descriptor | 'unchanged'>

  /**
   * The platforms under a digest; costs one GET for an index, and one GET per platform of `platforms`
   * (all when null) to learn its config digest.
   *
   * @throws REGISTRY_* by class of failure, MANIFEST_INVALID when it is no image
   */
  describe(
    repository: Repository,
    digest: Digest,
    platforms: readonly Platform[] | null,
    signal: AbortSignal,
  ): Promise<ImageDescription>

  /**
   * An image's configuration document, parsed: the defaults that a container takes from it lie under `config`.
   * One GET. @see OCI image-spec, "Image Configuration"
   *
   * @throws REGISTRY_* by class of failure
   */
  readConfig(repository: Repository, config: Digest, signal: AbortSignal): Promise<unknown>

  /** All tags, in the registry's order. Never a partial list: an error on any page is an error. */
  listTags(repository: Repository, signal: AbortSignal): Promise<readonly string[]>

  /** Closes idle connections. */
  close(): void
}
