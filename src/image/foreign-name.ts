import { isDigest } from './digest.ts'
import { parseReference, type ImageReference } from './reference.ts'
import { registryKey } from './registry-key.ts'

/** What others call an image that lies at a registry we know. */
export interface ForeignName {
  /** Path at the registry in any case, `library/` given or not; with a host only where `hostMayLead`. */
  readonly name: string
  readonly tag: string | null
  /** One that we cannot read counts as none: it is only a hint. */
  readonly digest: string | null
}

/**
 * The image at `registry` that somebody else speaks of, in our spelling.
 *
 * @param hostMayLead whether the name may begin with a host, which must then be this registry
 * @returns null when it is no image, or one of another registry
 */
export function readForeignName(registry: string, foreign: ForeignName, hostMayLead = false): ImageReference | null {
  const name = foreign.name.toLowerCase()
  if (/[:@\s]/.test(hostMayLead ? name.slice(name.indexOf('/') + 1) : name)) return null
  const path = hostMayLead ? withoutHost(name, registry) : name
  if (path === null) return null
  const tag = foreign.tag === null ? '' : `:${foreign.tag}`
  const digest = foreign.digest !== null && isDigest(foreign.digest) ? `@${foreign.digest}` : ''
  try {
    return parseReference(`${registry}/${path}${tag}${digest}`)
  } catch {
    return null
  }
}

/** Engines take the first part for a host when it looks like one. */
function withoutHost(name: string, registry: string): string | null {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(0, slash))
  const isHost = first === 'localhost' || /[.:]/.test(first)
  if (!isHost) return name
  return registryKey(first) === registryKey(registry) ? name.slice(slash + 1) : null
}
