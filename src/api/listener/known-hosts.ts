import { isIP } from 'node:net'

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

/** Without its port, in lower case; null for what is no host. */
function nameOf(host: string): string | null {
  const [, bracketed, name] = /^(?:\[([\da-f:.]+)\]|([a-z0-9_-][a-z0-9._-]*?)\.?)(?::\d{1,5})?$/i.exec(host) ?? []
  return (bracketed ?? name)?.toLowerCase() ?? null
}
