/** Credentials that the engine passes on to one registry. */
export interface RegistryCredentials {
  readonly username: string
  readonly password: string
  /** Whether `password` is an OAuth2 identity token. */
  readonly isIdentityToken: boolean
  /** Host of the registry. */
  readonly registry: string
}

/**
 * The header that carries them; none for a stranger. The padding has to stay: without it the engine takes the header for
 * none, says nothing, and goes on as a stranger.
 * @see Docker Engine API, "Authentication": base64url of the JSON
 */
export function registryAuth(credentials: RegistryCredentials | null): Readonly<Record<string, string>> {
  if (credentials === null) return {}
  const { username, password, isIdentityToken, registry } = credentials
  const told = isIdentityToken ? { identitytoken: password } : { username, password }
  const text = JSON.stringify({ ...told, serveraddress: registry })
  return { 'x-registry-auth': Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_') }
}
