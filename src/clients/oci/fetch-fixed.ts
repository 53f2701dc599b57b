import { readFile } from 'node:fs/promises'
import { AppError } from '../../errors.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { systemTiming } from './timing.ts'
import { createTlsSource } from './wire/host-tls.ts'
import { noProxies, type Proxies } from './wire/proxy.ts'
import { createTransport, type Transport } from './wire/transport.ts'

/** What was fetched, as a whole. */
export interface FixedDocument {
  readonly body: Buffer
  /** By `Cache-Control`; 0 when it does not say. */
  readonly maxAgeMs: number
}

/** Fetches what lies at addresses that our own code fixes: keys and certificates of senders. */
export interface FixedFetcher {
  /** One GET. @throws REGISTRY_REFUSED, REGISTRY_UNAVAILABLE, what else a transport throws, and ABORTED once closed */
  fetch(url: URL, bodyBytesMax: number): Promise<FixedDocument>
  close(): void
}

/** Somebody waits for the answer to an event meanwhile, and gives up after some seconds. */
const limits: Limits = { ...defaultLimits, connectMs: 3_000, firstByteMs: 5_000, totalMs: 8_000 }

interface FixedFetcherOptions {
  readonly proxies?: Proxies
  /** Docker's own folder with a folder per host; null, the default, for none. */
  readonly certsFolder?: string | null
  readonly readFile?: (path: string) => Promise<string>
  /** Instead of one of its own. */
  readonly transport?: Transport
}

/** Over connections of its own: https to public addresses only, nothing followed, nothing tried twice. */
export function createFixedFetcher(options: FixedFetcherOptions = {}): FixedFetcher {
  const closing = new AbortController()
  const transport =
    options.transport ??
    createTransport({
      limits,
      proxies: options.proxies ?? noProxies,
      tls: createTlsSource({
        configured: () => ({ names: [], files: {} }),
        certsFolder: options.certsFolder ?? null,
        readFile: options.readFile ?? ((path) => readFile(path, 'utf8')),
        now: systemTiming.now,
      }),
    })
  return {
    async fetch(url, bodyBytesMax) {
      if (closing.signal.aborted) throw new AppError('ABORTED', 'stopped')
      const subject = `what proves events, at ${url.host}`
      if (url.protocol !== 'https:' || url.username || url.password || url.port) {
        throw new AppError('REGISTRY_REFUSED', `${subject}: ${url.protocol}//${url.host} may not be asked`)
      }
      const request = { method: 'GET', url, headers: {}, reach: 'public', bodyBytesMax, subject } as const
      const { status, headers, body } = await transport.send(request, limits.totalMs, closing.signal)
      if (status !== 200) throw new AppError('REGISTRY_UNAVAILABLE', `${subject}: it answered ${status}`)
      const [, seconds = '0'] = /(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])/.exec(headers['cache-control'] ?? '') ?? []
      return { body, maxAgeMs: Number(seconds) * 1000 }
    },
    close() {
      closing.abort()
      transport.close()
    },
  }
}
