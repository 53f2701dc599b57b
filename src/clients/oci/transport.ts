import { lookup as systemLookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { AppError } from '../../errors.ts'
import { bareHostname, classifyAddress, isWithinReach } from './address.ts'
import type { Reach } from './address.ts'
import { refusedAddress } from './connection-failure.ts'
import { exchange } from './exchange.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'
import type { Limits } from './limits.ts'

/** One request and its answer over kept connections, inside all limits. Follows nothing, retries nothing. */
export interface Transport {
  /**
   * @param withinMs what is left of the request's total time
   * @throws REGISTRY_UNAVAILABLE, REGISTRY_INTEGRITY, REGISTRY_TOO_LARGE, REGISTRY_REFUSED, ABORTED
   */
  send(request: HttpRequest, withinMs: number, signal: AbortSignal): Promise<HttpAnswer>
  close(): void
}

/** Shorter than the silence after which routers forget a connection without telling anyone. */
const idleMs = 60_000

/** Keeps connections per protocol and reach. What `lookup` finds is checked, whoever it is. */
export function createTransport(limits: Limits, lookup: LookupFunction = systemLookup): Transport {
  const agents = new Map<string, http.Agent>()

  // An agent per reach: a connection opened for a configured host must not serve a request that was redirected to it.
  const agentFor = (protocol: string, reach: Reach): http.Agent => {
    const key = `${protocol}${reach}`
    const known = agents.get(key)
    if (known) return known
    const options = { keepAlive: true, timeout: idleMs, lookup: guardedLookup(lookup, reach) }
    const agent = protocol === 'https:' ? new https.Agent(options) : new http.Agent(options)
    agents.set(key, agent)
    return agent
  }

  return {
    async send(request, withinMs, signal) {
      const hostname = bareHostname(request.url)
      // Node asks no lookup function about literals.
      if (isIP(hostname) !== 0 && request.reach !== 'configured' && !isWithinReach(hostname, request.reach)) {
        throw new AppError('REGISTRY_REFUSED', `${request.subject}: ${hostname} is ${classifyAddress(hostname)}`)
      }
      const agent = agentFor(request.url.protocol, request.reach)
      return exchange({ agent, limits, hostname, withinMs }, request, signal)
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

/** Resolves and drops what is out of reach, at connect: a name that was fine a moment ago may lead elsewhere now. */
function guardedLookup(lookup: LookupFunction, reach: Reach): LookupFunction {
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
