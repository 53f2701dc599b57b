import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import { isWithinReach } from './address.ts'
import type { Reach } from './address.ts'

/** Last labels that only mean something inside a network. */
const innerNames = /(^|\.)(localhost|localdomain|local|internal|intranet|lan|home|corp|private|home\.arpa)\.?$/

/** A resolver that cannot tell by then, as behind many proxies, is not waited for. */
const lookupMs = 2000

/**
 * Whether a proxy may be asked for a name that a stranger chose. The proxy resolves it, out of our sight: so the name
 * has to be one of the open network, and must not lead inside by our own resolver where that knows it. What the proxy
 * then finds is for the proxy to allow.
 */
export async function isFitForProxy(hostname: string, reach: Reach, lookup: LookupFunction): Promise<boolean> {
  if (reach === 'configured') return true
  if (isIP(hostname) !== 0) return isWithinReach(hostname, reach)
  if (reach === 'public' && (!hostname.includes('.') || innerNames.test(hostname))) return false
  const found = await resolved(hostname, lookup)
  return found.every((address) => isWithinReach(address, reach))
}

/** All addresses of a name; none when it is not known here. */
function resolved(hostname: string, lookup: LookupFunction): Promise<readonly string[]> {
  const { promise, resolve } = Promise.withResolvers<readonly string[]>()
  const timer = setTimeout(() => resolve([]), lookupMs)
  lookup(hostname, { all: true }, (error, found) => {
    clearTimeout(timer)
    if (error) return resolve([])
    resolve(typeof found === 'string' ? [found] : found.map(({ address }) => address))
  })
  return promise
}
