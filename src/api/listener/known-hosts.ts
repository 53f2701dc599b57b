import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { AppError } from '../../errors.ts'

/** Whether a request that names this host is answered. */
export type HostRule = (host: string | undefined, path: string) => boolean

/**
 * Keeps out pages of strangers that made a browser take their own name for this machine (DNS rebinding): such a request
 * names the stranger's host. Addresses and `localhost` cannot be made to point elsewhere, so they are always known.
 *
 * @param hosts the names that are known besides; null for those without a dot, which no stranger can have, and for any
 * other where a secret is asked for, which no page of a stranger knows
 */
export function createHostRule(hosts: readonly string[] | null): HostRule {
  const known = new Set(hosts)
  return (host, path) => {
    // HTTP/1.0 knows no names, and no browser speaks it.
    if (host === undefined) return true
    const name = nameOf(host)
    if (name === null) return false
    if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true
    if (hosts !== null) return known.has(name)
    return !name.includes('.') || path.startsWith('/hooks/')
  }
}

/** Lets a request go on that names one host, which is known. @throws REQUEST_INVALID, HOST_UNKNOWN */
export function requireKnownHost({ rawHeaders, headers, url }: IncomingMessage, isKnownHost: HostRule): void {
  const named = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length
  if (named > 1) throw new AppError('REQUEST_INVALID', 'a request names one host')
  // A whole address may stand in the place of the path, and then its host counts.
  const [, host = headers.host, path = ''] = /^(?:https?:\/\/([^/?#]*))?(.*)$/i.exec(url ?? '') ?? []
  if (!isKnownHost(host, path)) throw new AppError('HOST_UNKNOWN', 'the request names a host that is not known here')
}

/** Without its port, in lower case; null for what is no host. */
function nameOf(host: string): string | null {
  const [, bracketed, name] = /^(?:\[([\da-f:.]+)\]|([a-z0-9_-][a-z0-9._-]*?)\.?)(?::\d{1,5})?$/i.exec(host) ?? []
  return (bracketed ?? name)?.toLowerCase() ?? null
}
