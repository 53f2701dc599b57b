import type { Digest } from '../../image/digest.ts'
import type { Platform } from '../../image/platform.ts'
import type { OciClient } from './client.ts'
import type { RepositoryName } from './credentials/credentials.ts'
import { describeImage } from './describe.ts'
import type { Description } from './describe.ts'
import type { Heard } from './heard.ts'
import type { Answerer } from './endpoint.ts'
import type { ManifestHead } from './manifest.ts'
import type { Urgency } from './pace/urgency.ts'
import { readConfig } from './read-config.ts'

/** What every registry is asked in the same way, whoever runs it. */
export interface Questions {
  resolve(
    repository: RepositoryName,
    tag: string,
    known: Digest | null,
    signal: AbortSignal,
    urgency?: Urgency,
    by?: Answerer,
  ): Promise<ManifestHead | 'unchanged'>
  describe(
    repository: RepositoryName,
    digest: Digest,
    platforms: readonly Platform[] | null,
    signal: AbortSignal,
    urgency?: Urgency,
  ): Promise<Description>
  readConfig(repository: RepositoryName, config: Digest, signal: AbortSignal): Promise<unknown>
  listTags(repository: RepositoryName, signal: AbortSignal, urgency?: Urgency): Promise<readonly string[]>
  heard(registry: string): Heard
  /** Closes the client. */
  close(): void
}

/** The distribution API itself, as an adapter needs it. */
export function questionsTo(client: OciClient): Questions {
  return {
    resolve: (...question) => client.headManifest(...question),
    describe: (...question) => describeImage(client, ...question),
    readConfig: (...question) => readConfig(client, ...question),
    listTags: (...question) => client.listTags(...question),
    heard: (registry) => client.heard(registry),
    close: () => client.close(),
  }
}
