import type { Digest } from '../../image/digest.ts'
import { choosePlatform } from '../../image/platform-match.ts'
import type { Platform } from '../../image/platform.ts'
import type { ImageDescription, Repository, Urgency } from '../../registries/registry.ts'
import type { Store } from '../../store/store.ts'
import type { App } from '../app.ts'
import { keptDescription } from './kept-description.ts'

/**
 * What lies under a digest, from the state or, the first time, from the registry. A digest never moves, so it is
 * never asked for twice for the same platform.
 */
export async function describeImage(
  app: Pick<App, 'registryFor'> & { readonly store: Pick<Store, 'imageDescription' | 'saveImageDescription'> },
  repository: Repository,
  digest: Digest,
  platform: Platform | null,
  signal: AbortSignal,
  urgency: Urgency = 'wanted',
): Promise<ImageDescription> {
  const { store } = app
  const kept = await keptDescription(store, repository, digest)
  if (kept !== null && coversPlatform(kept, platform)) return kept
  const platforms = platform === null ? [] : [platform]
  const description = await app
    .registryFor(repository.registry)
    .describe(repository, digest, platforms, signal, urgency)
  await store.saveImageDescription(repository.registry, repository.repository, digest, description)
  return description
}

function coversPlatform(description: ImageDescription, platform: Platform | null): boolean {
  if (platform === null) return true
  const offered = description.images.map((each) => each.platform)
  const chosen = choosePlatform(platform, offered)
  return chosen === null || description.images.some((each) => each.platform === chosen && each.config !== null)
}
