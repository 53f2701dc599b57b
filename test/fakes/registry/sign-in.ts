import { randomUUID } from 'node:crypto'
import type { RequestKind } from './faults.ts'
import { complaint } from './reply.ts'
import type { Reply } from './reply.ts'

/** How the fake wants to be signed in to. Without a user name strangers get tokens too. */
export type Auth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly kind: 'token'
      readonly username?: string
      readonly password?: string
      /** `expires_in` of the tokens, and how long they are honoured; left out of the answer when null. */
      readonly ttlSeconds?: number | null
      /** What those lives are measured by, in milliseconds; the machine's own clock when left out. */
      readonly now?: () => number
      /** Instead of the fake's own `/token`; a mere path is one of the fake. */
      readonly realm?: string
      /** Instead of `token`. */
      readonly field?: 'access_token'
      /** What becomes of a request for several scopes; one token for all when left out. */
      readonly severalScopes?: 'refuse' | 'first'
    }

export interface SignIn {
  /** @returns null when the request is welcome */
  refuse(authorization: string | undefined, repository: string, kind: RequestKind): Reply | null
  token(authorization: string | undefined, query: URLSearchParams): Reply
  /** Makes all tokens worthless, as a restart of a registry does. */
  revokeTokens(): void
}

export function createSignIn(auth: () => Auth, url: () => string): SignIn {
  const tokens = new Map<string, { scope: string; until: number }>()

  const now = (wanted: Auth): number => (wanted.kind === 'token' && wanted.now ? wanted.now() : performance.now())

  const refuseBearer = (realm: string, authorization: string | undefined, repository: string): Reply | null => {
    const found = tokens.get(authorization?.replace(/^Bearer /, '') ?? '')
    const isWelcome = found && found.until > now(auth()) && found.scope.includes(`repository:${repository}:`)
    if (isWelcome || (found && repository === '')) return null
    const challenge = `Bearer realm="${realm}",service="fake-registry",scope="repository:user/image:pull"`
    return complaint(401, 'UNAUTHORIZED', { 'www-authenticate': challenge })
  }

  return {
    refuse(authorization, repository, kind) {
      const wanted = auth()
      if (wanted.kind === 'none') return null
      // Tests push with the password itself, whatever those who pull must do.
      if (kind === 'upload' && isUser(wanted, authorization)) return null
      if (wanted.kind === 'token') return refuseBearer(realmOf(wanted, url()), authorization, repository)
      if (isUser(wanted, authorization)) return null
      return complaint(401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="fake registry"' })
    },
    token(authorization, query) {
      const wanted = auth()
      if (wanted.kind !== 'token') return complaint(404, 'UNSUPPORTED')
      const { username, ttlSeconds = 300 } = wanted
      if (username !== undefined && !isUser(wanted, authorization)) return complaint(401, 'UNAUTHORIZED')
      const scopes = query.getAll('scope')
      if (wanted.severalScopes === 'refuse' && scopes.length > 1) return complaint(400, 'UNSUPPORTED')
      const granted = wanted.severalScopes === 'first' ? scopes.slice(0, 1) : scopes
      const token = randomUUID()
      tokens.set(token, { scope: granted.join(' '), until: now(wanted) + (ttlSeconds ?? 60) * 1000 })
      const life = ttlSeconds === null ? {} : { expires_in: ttlSeconds }
      const headers = { 'content-type': 'application/json' }
      return { status: 200, headers, body: JSON.stringify({ [wanted.field ?? 'token']: token, ...life }) }
    },
    revokeTokens() {
      tokens.clear()
    },
  }
}

const realmOf = ({ realm = '/token' }: { readonly realm?: string }, url: string): string =>
  realm.startsWith('/') ? `${url}${realm}` : realm

function isUser(
  { username, password }: { readonly username?: string; readonly password?: string },
  authorization: string | undefined,
): boolean {
  if (username === undefined || password === undefined) return false
  return authorization === `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
