import { AppError } from '../../errors.ts'
import { isLoopback } from '../../lib/loopback.ts'
import { bareHostname } from './wire/address.ts'

/** What the operator may set for one registry host. */
export interface HostOptions {
  /** Default: `true` for loopback, `false` for all others. */
  readonly plainHttp?: boolean
  /** Further hosts that this registry's credentials may go to for a token: `host` or `host:port`. */
  readonly authRealms?: readonly string[]
  readonly concurrency?: number
  /** No limit of our own when left out; what the host says of its own is heeded in any case. */
  readonly requestsPerSecond?: number
  /** Asked before the registry, in this order: `host`, or `host/path` where a mirror keeps several registries apart. */
  readonly mirrors?: readonly string[]
  /** Whether it may name content by sha512 beside sha256. Default: `false`. */
  readonly sha512?: boolean
  /** Files in PEM form. */
  readonly tls?: TlsFiles
}

/** Absolute paths of files in PEM form. */
export interface TlsFiles {
  /** Authorities that are trusted beside the usual ones. */
  readonly ca?: string
  /** For hosts that want to know who connects; needs the key. */
  readonly certificate?: string
  readonly key?: string
}

/** A place that holds what a registry holds. */
export interface Mirror {
  /** As the registry of an image reference. */
  readonly host: string
  /** Goes before the repository; empty or ending in a slash. */
  readonly path: string
}

/** Who may answer: a mirror too, or the registry alone, where an answer that is behind would do harm. */
export type Answerer = 'anybody' | 'registry'

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
  readonly mirrors: readonly Mirror[]
  /** Whether it may name content by sha512 beside sha256. */
  readonly isSha512Allowed: boolean
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
    mirrors: (hosts[registry]?.mirrors ?? []).map(toMirror),
    isSha512Allowed: hosts[registry]?.sha512 ?? false,
  }
}

/** What the operator said of the hosts that serve registries, by `host:port` on the wire. */
export function byWireHost(hosts: Hosts): ReadonlyMap<string, HostOptions & { readonly registry: string }> {
  return new Map(
    Object.entries(hosts).map(([registry, options]) => [
      new URL(endpointOf(registry, hosts).origin).host,
      { ...options, registry },
    ]),
  )
}

function toMirror(written: string): Mirror {
  const slash = written.indexOf('/')
  return slash < 0
    ? { host: written, path: '' }
    : { host: written.slice(0, slash), path: `${written.slice(slash + 1).replace(/\/+$/, '')}/` }
}

/** Whether plain http may be spoken to this URL's host at all. */
export function isPlainHttpAllowed(url: URL, hosts: Hosts): boolean {
  return isPlainHttp(url, hosts[url.host])
}

function isPlainHttp(url: URL, options: HostOptions | undefined): boolean {
  return options?.plainHttp ?? isLoopback(bareHostname(url))
}

/** Each registry's endpoint, worked out once. */
export function rememberEndpoints(hosts: Hosts): (registry: string) => Endpoint {
  const known = new Map<string, Endpoint>()
  return (registry) => {
    const found = known.get(registry) ?? endpointOf(registry, hosts)
    known.set(registry, found)
    return found
  }
}
