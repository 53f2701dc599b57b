import { isIP } from 'node:net'
import { AppError } from '../../errors.ts'
import { bareHostname } from './address.ts'
import type { Reach } from './address.ts'
import type { Endpoint } from './endpoint.ts'

/** Registries whose realm lies at another name, for ever and for everyone. */
const builtIn: Readonly<Record<string, string>> = {
  'docker.io': 'auth.docker.io',
  'lscr.io': 'ghcr.io',
}

/** Names below these belong to different people, so that only the whole name counts. */
const sharedDomains = new Set([
  'amazonaws.com',
  'amazonaws.com.cn',
  'appspot.com',
  'azure.com',
  'azurecr.cn',
  'azurecr.io',
  'azurecr.us',
  'azurefd.net',
  'azurewebsites.net',
  'cloudapp.net',
  'cloudfront.net',
  'ddns.net',
  'duckdns.org',
  'dyndns.org',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'googleusercontent.com',
  'herokuapp.com',
  'jfrog.io',
  'myqnapcloud.com',
  'netlify.app',
  'ngrok-free.app',
  'ngrok.app',
  'ngrok.io',
  'nip.io',
  'no-ip.org',
  'onrender.com',
  'pages.dev',
  'pkg.dev',
  'run.app',
  'sslip.io',
  'synology.me',
  'trycloudflare.com',
  'ts.net',
  'vercel.app',
  'web.app',
  'windows.net',
  'workers.dev',
])

/** A realm that may be asked for a token, and how far its address may be. */
export interface Realm {
  readonly url: URL
  readonly reach: Reach
}

/**
 * Admits the address that a registry names for signing in, to which credentials would go: its own host, its own
 * domain, a built-in one or one from the configuration; https unless the registry itself is plain http.
 *
 * @param isPrivate whether the challenge came from a private address
 * @returns null when `realm` is no address at all, as some registries with basic sign-in have it
 * @throws REGISTRY_REFUSED
 */
export function admitRealm(endpoint: Endpoint, realm: string, isPrivate: boolean): Realm | null {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(realm)) return null
  const url = URL.parse(realm)
  const refused = (reason: string): AppError =>
    new AppError('REGISTRY_REFUSED', `${endpoint.registry} wants its sign-in at ${describe(url)}, ${reason}`)

  if (!url) throw refused('which is no address')
  if (url.username || url.password) throw refused('which names a user')
  const isHttp = url.protocol === 'http:' && endpoint.protocol === 'http:'
  if (url.protocol !== 'https:' && !isHttp) throw refused('which is not https')
  const reach = reachOf(endpoint, url, isPrivate)
  if (!reach) throw refused('a host that is neither its own nor in authRealms')
  return { url, reach }
}

function reachOf(endpoint: Endpoint, url: URL, isPrivate: boolean): Reach | null {
  const hostname = bareHostname(url)
  if (hostname === endpoint.hostname) return 'configured'
  // A name that the operator wrote may be private; one that the registry chose may not, unless it is so itself.
  if (endpoint.authRealms.includes(url.host)) return 'private'
  const isOwn = hostname === builtIn[endpoint.registry] || isSameDomain(hostname, endpoint.hostname)
  if (!isOwn) return null
  return isPrivate ? 'private' : 'public'
}

/**
 * Whether both names were registered by the same owner, as far as the last labels tell. The list of public suffixes
 * would tell exactly, and has to be fetched anew for ever; where this is too strict, `authRealms` helps.
 */
function isSameDomain(one: string, other: string): boolean {
  const domain = registrableDomain(one)
  return domain !== null && domain === registrableDomain(other)
}

function registrableDomain(hostname: string): string | null {
  if (isIP(hostname) !== 0) return null
  const labels = hostname.split('.')
  // co.uk, com.au, org.br: a short label before a country's is no registered name.
  const isCountry = labels.at(-1)?.length === 2 && (labels.at(-2)?.length ?? 0) <= 3
  const size = isCountry ? 3 : 2
  const domain = labels.slice(-size).join('.')
  return labels.length < size || sharedDomains.has(domain) ? null : domain
}

function describe(url: URL | null): string {
  return url ? `${url.protocol}//${url.host}` : 'a place'
}
