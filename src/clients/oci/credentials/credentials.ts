import type { Secret } from '../../../lib/secret.ts'
import { remember } from '../../../lib/secret.ts'
import type { Urgency } from '../pace/urgency.ts'

/** A repository within a registry, canonical. */
export interface RepositoryName {
  readonly registry: string
  readonly repository: string
}

/** What to sign in with. */
export interface Credential {
  /** `<token>` when `password` is an identity token of OAuth2, as Docker writes it. */
  readonly username: string
  readonly password: Secret
}

/**
 * Finds what to sign in with for a repository; null means as a stranger, on purpose.
 * The same entry is the same object every time, for as long as it does not change.
 *
 * @param urgency for sources that ask somebody; `wanted` when left out
 * @throws CREDENTIALS_INVALID naming file and entry; being unable to read credentials never makes us strangers
 */
export type CredentialSource = (
  repository: RepositoryName,
  signal: AbortSignal,
  urgency?: Urgency,
) => Promise<Credential | null>

/** One entry of the configuration. */
export interface CredentialEntry extends Credential {
  /** Canonical registry host. */
  readonly host: string
  /** Whole path components: `team` is for `team/app`, not for `teams/app`. */
  readonly pathPrefix?: string
}

/** Whether the password is an OAuth2 refresh token, which only a realm may see. */
export function isIdentityToken({ username }: Credential): boolean {
  return username === '<token>'
}

/** Makes a credential, and makes its basic form known to `redact`. */
export function createCredential(username: string, password: Secret): Credential {
  remember(`${username}:${password.reveal()}`)
  return { username, password }
}

/** Credentials out of the configuration; of those that fit, the one with the longest path. */
export function configuredCredentials(entries: readonly CredentialEntry[]): CredentialSource {
  const known = entries.map((entry) => ({
    ...createCredential(entry.username, entry.password),
    host: entry.host,
    pathPrefix: entry.pathPrefix?.replaceAll(/^\/+|\/+$/g, '') ?? '',
  }))
  return async (repository) => longestMatch(known, repository)
}

/** The first source that knows the repository decides. */
export function firstOf(sources: readonly CredentialSource[]): CredentialSource {
  return async (repository, signal, urgency) => {
    for (const source of sources) {
      const found = await source(repository, signal, urgency)
      if (found) return found
    }
    return null
  }
}

/** The entry for the host whose path prefix is the longest that holds the repository. */
export function longestMatch<T extends { host: string; pathPrefix: string }>(
  entries: readonly T[],
  { registry, repository }: RepositoryName,
): T | null {
  let best: T | null = null
  for (const entry of entries) {
    const isWithin = entry.pathPrefix === '' || `${repository}/`.startsWith(`${entry.pathPrefix}/`)
    if (entry.host !== registry || !isWithin) continue
    if (!best || entry.pathPrefix.length > best.pathPrefix.length) best = entry
  }
  return best
}
