import { AppError } from '../../errors.ts'
import { isLoopback } from '../../lib/loopback.ts'
import { bareHostname } from './address.ts'

/** What the operator may set for one registry host. */
export interface HostOptions {
  /** Default: `true` for loopback, `false` for all others. */
  readonly plainHttp?: boolean
  /** Further hosts that this registry's credentials may go to for a token: `host` or `host:port`. */
  readonly authRealms?: readonly string[]
  readonly concurrency?: number
}

/** By canonical registry host, as in image references. */
export type Hosts = Readonly<Record<string, HostOptions>>

/** Where a registry is reached. */
export interface Endpoint {
  /** Canonical host: `docker.io`. */
  readonly registry: string
  readonly protocol: 'http:' | 'https:'
  /** `https://registry-1.docker.io` */
  readonly origin: string
  /** Without port and brackets. */
  readonly hostname: string
  readonly authRealms: readonly string[]
}

/** Names that images carry, and the hosts that serve them. */
const servedBy: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

/** @throws REGISTRY_REFUSED when `registry` is no host */
export function endpointOf(registry: string, hosts: Hosts): Endpoint {
  const host = servedBy[registry] ?? registry
  const https = URL.parse(`https://${host}/`)
  const isHost = https && https.pathname === '/' && !https.username && !https.password && !/[?#@\\]/.test(host)
  if (!isHost) throw new AppError('REGISTRY_REFUSED', `${JSON.stringify(registry)} is no registry host`)
  const protocol = isPlainHttp(https, hosts[registry]) ? 'http:' : 'https:'
  return {
    registry,
    protocol,
    origin: new URL(`${protocol}//${host}/`).origin,
    hostname: bareHostname(https),
    authRealms: hosts[registry]?.authRealms ?? [],
  }
}

/** Whether plain http may be spoken to this URL's host at all. */
export function isPlainHttpAllowed(url: URL, hosts: Hosts): boolean {
  return isPlainHttp(url, hosts[url.host])
}

function isPlainHttp(url: URL, options: HostOptions | undefined): boolean {
  return options?.plainHttp ?? isLoopback(bareHostname(url))
}
