import { AppError } from '../../../errors.ts'
import { bareHostname } from '../wire/address.ts'
import type { Reach } from '../wire/address.ts'
import type { Endpoint } from '../endpoint.ts'
import { isSameDomain } from './same-domain.ts'

/** Registries whose realm lies at another name, for ever and for everyone. */
const builtIn: Readonly<Record<string, string>> = {
  'docker.io': 'auth.docker.io',
  'lscr.io': 'ghcr.io',
  'registry.gitlab.com': 'gitlab.com',
}

/** A realm that may be asked for a token, and how far its address may be. */
export interface Realm {
  readonly url: URL
  readonly reach: Reach
  /** `host:port` of the registry: who trusts the registry's own authority trusts its realm's. */
  readonly trustAs: string
}

/**
 * Admits the address that a registry names for signing in, to which credentials would go: its own host, its own
 * domain, a built-in one or one from the configuration; https unless the registry itself is plain http.
 *
 * @param from how far what the challenge came from may lead
 * @returns null when `realm` is no address at all, as some registries with basic sign-in have it
 * @throws REGISTRY_REFUSED
 */
export async function admitRealm(endpoint: Endpoint, realm: string, from: Reach): Promise<Realm | null> {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(realm)) return null
  const url = URL.parse(realm)
  const refused = (reason: string): AppError =>
    new AppError('REGISTRY_REFUSED', `${endpoint.registry} wants its sign-in at ${describe(url)}, ${reason}`)

  if (!url) throw refused('which is no address')
  if (url.username || url.password) throw refused('which names a user')
  const isHttp = url.protocol === 'http:' && endpoint.protocol === 'http:'
  if (url.protocol !== 'https:' && !isHttp) throw refused('which is not https')
  const reach = await reachOf(endpoint, url, from)
  if (!reach) throw refused('a host that is neither its own nor in authRealms')
  return { url, reach, trustAs: new URL(endpoint.origin).host }
}

async function reachOf(endpoint: Endpoint, url: URL, from: Reach): Promise<Reach | null> {
  const hostname = bareHostname(url)
  if (hostname === endpoint.hostname) return 'configured'
  // A name that the operator wrote may be private; one that the registry chose may not, unless it is so itself.
  if (endpoint.authRealms.some((each) => isHostOf(url, each))) return 'loopback'
  const isOwn = hostname === builtIn[endpoint.registry] || (await isSameDomain(hostname, endpoint.hostname))
  return isOwn ? from : null
}

/** @param written `host` or `host:port`; a URL leaves out the port that its protocol has anyway */
const isHostOf = ({ protocol, host }: URL, written: string): boolean =>
  URL.parse(`${protocol}//${written}`)?.host === host

function describe(url: URL | null): string {
  return url ? `${url.protocol}//${url.host}` : 'a place'
}
