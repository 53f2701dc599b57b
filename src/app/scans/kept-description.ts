import type { Digest } from '../../image/digest.ts'
import type { ImageDescription, Repository } from '../../registries/registry.ts'
import type { Store } from '../../store/store.ts'

/** What lies under a digest, as far as somebody looked into it; null when nobody did. */
export async function keptDescription(
  store: Pick<Store, 'imageDescription'>,
  { registry, repository }: Repository,
  digest: Digest,
): Promise<ImageDescription | null> {
  // Written by `describeImage`, and by nothing else.
  return (await store.imageDescription(registry, repository, digest)) as ImageDescription | null
}
