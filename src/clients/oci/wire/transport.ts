import { lookup as systemLookup } from 'node:dns'
import type { Agent } from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { AppError } from '../../../errors.ts'
import { http } from '../../../lib/http.ts'
import type { Limits } from '../limits.ts'
import { bareHostname, classifyAddress, isWithinReach } from './address.ts'
import type { Reach } from './address.ts'
import { refusedAddress } from './connection-failure.ts'
import { exchange } from './exchange.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'
import type { HostTls, TlsSource } from './host-tls.ts'
import { createLargeBodies } from './large-bodies.ts'
import { showingOurs } from './own-certificates.ts'
import type { Proxies } from './proxy.ts'
import { isFitForProxy } from './stranger-name.ts'

/** One request and its answer over kept connections, inside all limits. Follows nothing, retries nothing. */
export interface Transport {
  /**
   * @param withinMs what is left of the request's total time
   * @throws REGISTRY_UNAVAILABLE, REGISTRY_UNTRUSTED, REGISTRY_INTEGRITY, REGISTRY_TOO_LARGE, REGISTRY_REFUSED, CONFIG_*
   *   of the files of a host, ABORTED
   */
  send(request: HttpRequest, withinMs: number, signal: AbortSignal): Promise<HttpAnswer>
  close(): void
}

/** What connections are made with. */
export interface TransportDeps {
  readonly limits: Limits
  /** Node's own when left out; what it finds is checked, whoever it is. */
  readonly lookup?: LookupFunction
  readonly tls: TlsSource
  readonly proxies: Proxies
}

/** Shorter than the silence after which routers forget a connection without telling anyone. */
const idleMs = 60_000

/** Keeps connections apart by protocol, reach, proxy, and by what TLS is made with. */
export function createTransport({ limits, lookup = systemLookup, tls, proxies }: TransportDeps): Transport {
  const agents = new Map<string, Agent>()
  const largeBodies = createLargeBodies()

  // An agent per reach: a connection opened for a configured host must not serve a request that was redirected to it.
  const agentFor = (protocol: string, reach: Reach, hostTls: HostTls | null, proxy: string | null): Agent => {
    const key = [protocol, reach, hostTls?.version, proxy].join('\n')
    const known = agents.get(key)
    if (known) return known
    const agent = createAgent(protocol, proxy, hostTls, guardedLookup(lookup, reach))
    agents.set(key, agent)
    return agent
  }

  return {
    async send(request, withinMs, signal) {
      const { url, reach, trustAs } = request
      const hostname = bareHostname(url)
      // Node asks no lookup function about literals, and what is configured must be no metadata service either.
      if (isIP(hostname) !== 0 && !isWithinReach(hostname, reach)) {
        throw refused(request, `is ${classifyAddress(hostname)}`)
      }
      const proxy = proxies.proxyFor(url)
      if (proxy !== null && !(await isFitForProxy(hostname, reach, lookup))) {
        throw refused(request, 'is not for a proxy to ask')
      }
      const isConfigured = reach === 'configured'
      const isProxied = proxy !== null
      const startedAt = performance.now()
      const sendWith = (hostTls: HostTls | null): Promise<HttpAnswer> => {
        const agent = agentFor(url.protocol, reach, hostTls, proxy)
        const leftMs = withinMs - (performance.now() - startedAt)
        return exchange({ agent, limits, hostname, withinMs: leftMs, isProxied, largeBodies }, request, signal)
      }
      if (url.protocol !== 'https:') return sendWith(null)
      return showingOurs(request, () => tls({ host: url.host, isConfigured, trustAs }), sendWith)
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

function refused({ subject, url }: HttpRequest, what: string): AppError {
  return new AppError('REGISTRY_REFUSED', `${subject}: ${bareHostname(url)} ${what}`)
}

function createAgent(protocol: string, proxy: string | null, hostTls: HostTls | null, lookup: LookupFunction): Agent {
  const usual = { keepAlive: true, timeout: idleMs, ...(hostTls && { secureContext: hostTls.context }) }
  // Where a proxy is asked, it is the operator's own host that is looked up here.
  const options =
    proxy === null ? { ...usual, lookup } : { ...usual, proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }
  return protocol === 'https:' ? new https.Agent(options) : new http.Agent(options)
}

/** Resolves and drops what is out of reach, at connect: a name that was fine a moment ago may lead elsewhere now. */
export function guardedLookup(lookup: LookupFunction, reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0)
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found
      const allowed = addresses.filter(({ address }) => isWithinReach(address, reach))
      const [first] = allowed
      if (!first) {
        const refusal = Object.assign(new Error(`${hostname} leads to a refused address`), { code: refusedAddress })
        return callback(refusal, '', 0)
      }
      return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family)
    })
  }
}
