import https from 'node:https'
import type { RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'
import { isWithinReach } from './address.ts'
import { refusedAddress } from './connection-failure.ts'
import type { TlsSource } from './host-tls.ts'
import type { Proxies } from './proxy.ts'

/** What the connections of a vendor's own library are made with: the same as ours. */
export interface VendorAgentDeps {
  readonly tls: TlsSource
  readonly proxies: Proxies
  /** Drops what no host of the operator's leads to. */
  readonly lookup: LookupFunction
}

type Made = (error: Error | null, stream: Duplex) => void

/** Shorter than the silence after which routers forget a connection without telling anyone. */
const usual = { keepAlive: true, timeout: 60_000 }

/**
 * Makes connections for a vendor's own library: through the proxy that our own requests would take, to addresses that
 * these may go to, and with trust in the authorities of the registry.
 */
export class VendorAgent extends https.Agent {
  readonly #deps: VendorAgentDeps
  readonly #registry: string
  /** By proxy; the empty one goes directly. */
  readonly #inner = new Map<string, https.Agent>()

  /** @param registry `host:port` whose authorities are trusted */
  constructor(deps: VendorAgentDeps, registry: string) {
    super(usual)
    this.#deps = deps
    this.#registry = registry
  }

  override createConnection(options: RequestOptions, made: Made = () => {}): undefined {
    const fail = (error: unknown): void => {
      // The agent looks at the error alone; its type has no room for that.
      const told = made as (error: Error) => void
      told(error instanceof Error ? error : new Error(String(error)))
    }
    this.#connect(options, made).catch(fail)
  }

  override destroy(): void {
    for (const agent of this.#inner.values()) agent.destroy()
    super.destroy()
  }

  async #connect(options: RequestOptions, made: Made): Promise<void> {
    const hostname = options.hostname ?? options.host ?? ''
    const port = Number(options.port ?? 443)
    const url = new URL(`https://${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}/`)
    if (isIP(hostname) !== 0 && !isWithinReach(hostname, 'configured')) {
      throw Object.assign(new Error(`${hostname} is a refused address`), { code: refusedAddress })
    }
    const { tls, proxies, lookup } = this.#deps
    const hostTls = await tls({ host: url.host, isConfigured: false, trustAs: this.#registry })
    const proxy = proxies.proxyFor(url)
    const wanted = {
      ...options,
      ...(proxy === null && { lookup }),
      ...(hostTls && { secureContext: hostTls.context }),
    }
    const inner = this.#innerFor(proxy)
    // Through a proxy the socket is there at once, and may be used when the proxy has made the way.
    if (proxy !== null) return void inner.createConnection(wanted, made)
    const socket = inner.createConnection(wanted)
    if (socket) made(null, socket)
  }

  #innerFor(proxy: string | null): https.Agent {
    const key = proxy ?? ''
    const known = this.#inner.get(key)
    if (known) return known
    const agent = new https.Agent({ ...usual, ...(proxy !== null && { proxyEnv: { HTTPS_PROXY: proxy } }) })
    this.#inner.set(key, agent)
    return agent
  }
}
