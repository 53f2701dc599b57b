import { createHash } from 'node:crypto'

export interface StoredManifest {
  readonly mediaType: string
  readonly bytes: Buffer
}

/** What the fake holds: blobs for all, manifests and tags by repository. */
export interface Content {
  readonly blobs: Map<string, Buffer>
  manifest(repository: string, reference: string): (StoredManifest & { digest: string }) | null
  /** @param reference a tag or the manifest's own digest */
  putManifest(repository: string, reference: string, manifest: StoredManifest): string
  tag(repository: string, tag: string, digest: string): void
  /** Takes away a tag, or a digest with all tags on it. */
  remove(repository: string, reference: string): boolean
  tags(repository: string): readonly string[] | null
  repositories(): readonly string[]
  /** Milliseconds since 1970: the first push of each digest, and the last of each tag. Every push takes a second. */
  pushes(repository: string): {
    readonly digests: ReadonlyMap<string, number>
    readonly tags: ReadonlyMap<string, number>
  }
}

/** By which a registry names what it holds. */
export type Algorithm = 'sha256' | 'sha512'

export function digestOf(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

const isDigest = (reference: string): boolean => reference.includes(':')

interface StoredRepository {
  readonly manifests: Map<string, StoredManifest>
  readonly tags: Map<string, string>
  readonly pushedDigests: Map<string, number>
  readonly pushedTags: Map<string, number>
}

export function createContent(algorithm?: Algorithm): Content {
  let time = Date.parse('2026-03-01T12:00:00Z')
  const repositories = new Map<string, StoredRepository>()
  const open = (name: string): StoredRepository => {
    const known = repositories.get(name) ?? {
      manifests: new Map(),
      tags: new Map(),
      pushedDigests: new Map(),
      pushedTags: new Map(),
    }
    repositories.set(name, known)
    return known
  }

  return {
    blobs: new Map(),
    manifest(repository, reference) {
      const stored = repositories.get(repository)
      const digest = isDigest(reference) ? reference : stored?.tags.get(reference)
      const found = digest === undefined ? undefined : stored?.manifests.get(digest)
      return found && digest !== undefined ? { ...found, digest } : null
    },
    putManifest(repository, reference, manifest) {
      const digest = digestOf(manifest.bytes, algorithm)
      const stored = open(repository)
      stored.manifests.set(digest, manifest)
      time += 1000
      if (!stored.pushedDigests.has(digest)) stored.pushedDigests.set(digest, time)
      if (!isDigest(reference)) {
        stored.tags.set(reference, digest)
        stored.pushedTags.set(reference, time)
      }
      return digest
    },
    tag(repository, tag, digest) {
      time += 1000
      open(repository).tags.set(tag, digest)
      open(repository).pushedTags.set(tag, time)
    },
    remove(repository, reference) {
      const stored = repositories.get(repository)
      if (!stored) return false
      for (const [tag, digest] of stored.tags) if (digest === reference) stored.tags.delete(tag)
      return isDigest(reference) ? stored.manifests.delete(reference) : stored.tags.delete(reference)
    },
    tags(repository) {
      const stored = repositories.get(repository)
      return stored ? [...stored.tags.keys()].toSorted() : null
    },
    repositories: () => [...repositories.keys()],
    pushes(repository) {
      const { pushedDigests, pushedTags } = open(repository)
      return { digests: pushedDigests, tags: pushedTags }
    },
  }
}
