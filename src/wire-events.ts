import type { ConfiguredSource } from './app/workloads/configured-source.ts'
import { agentTo } from './clients/oci/agent-to.ts'
import { createFixedFetcher } from './clients/oci/fetch-fixed.ts'
import { environmentProxies } from './clients/oci/wire/proxy.ts'
import type { ConfiguredQueue } from './app/workloads/configured-queue.ts'
import type { EventQueueConfig, EventSourceConfig } from './config/event-sources.ts'
import { readGuardedFile } from './config/read-guarded-file.ts'
import { AppError, toAppError } from './errors.ts'
import type { EventSource, FetchFixed } from './events/event-source.ts'
import { eventQueues, eventSources } from './events/index.ts'
import type { Network } from './wire-oci-client.ts'

/** The sources of the configuration, and what they ask others over. */
export interface OpenEventSources {
  readonly sources: readonly ConfiguredSource[]
  /** Names of systems that ask before they send. */
  readonly origins: readonly string[]
  close(): void
}

const certificatesBytesMax = 1024 * 1024

/** Builds every configured source. They connect to nobody until an event asks for it that knows their secret. */
export function openEventSources(
  configured: readonly EventSourceConfig[],
  network: Pick<Network, 'env' | 'certsFolder'>,
): OpenEventSources {
  const fetcher = createFixedFetcher(connectionsOf(network))
  const fetch: FetchFixed = async (url, bytesMax) => {
    try {
      return await fetcher.fetch(url, bytesMax)
    } catch (cause) {
      throw new AppError('EVENT_UNVERIFIABLE', toAppError(cause).message, { cause })
    }
  }
  const sources = configured.map((each) => ({
    name: each.name,
    secrets: each.secrets,
    source: openSource(each, fetch),
  }))
  return { sources, origins: sources.flatMap(({ source }) => source.origins ?? []), close: () => fetcher.close() }
}

/** Builds every queue. Nobody is asked before it is read. */
export function openEventQueues(
  configured: readonly EventQueueConfig[],
  network: Pick<Network, 'env' | 'certsFolder'>,
): readonly ConfiguredQueue[] {
  return configured.map(({ name, ...queue }) => {
    const agent = agentTo(connectionsOf(network), new URL(queue.url).host)
    return { name, queue: eventQueues.ecr({ ...queue, agent }) }
  })
}

const connectionsOf = ({ env, certsFolder }: Pick<Network, 'env' | 'certsFolder'>) => ({
  proxies: environmentProxies(env),
  certsFolder,
  // Who writes these decides whom we believe.
  readFile: (path: string) => readGuardedFile(path, certificatesBytesMax),
})

function openSource(config: EventSourceConfig, fetch: FetchFixed): EventSource {
  if (config.kind === 'ecr') return eventSources.ecr({ ...config, fetch })
  if (config.kind === 'gar') return eventSources.gar({ ...config, fetch })
  if (config.kind === 'jfrog') return eventSources.jfrog(config)
  return eventSources[config.kind](config)
}
