import { AppError } from '../../../errors.ts'
import type { HttpAnswer, HttpRequest } from '../wire/exchange.ts'
import { saysWebPage } from '../failure.ts'
import { untilAborted } from '../single-flight.ts'
import { fingerprint } from './fingerprint.ts'
import { createTokenDesk } from './token-desk.ts'
import type { TokenDesk } from './token-desk.ts'
import { readToken, tokenRequest } from './token-request.ts'
import type { Grant } from './token-request.ts'

/** What asking for tokens takes. */
export interface TokenDeps {
  readonly timing: { now(): number }
  readonly limits: { readonly tokenBytes: number; readonly tokens: number }
  /** Sends to the realm; throws what is no success. Ends with the client, not with a caller. */
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>
}

/** Tokens by registry, credential and scope, asked for once and again before they end. */
export interface Tokens {
  get(grant: Grant, signal: AbortSignal): Promise<string>
  /** Whether `token` is the one for it, and has not come to its end. */
  isFresh(grant: Grant, token: string): boolean
  /** Forgets `token` unless it was replaced since. */
  forget(grant: Grant, token: string): void
  /** User names whose last token for the registry may do more than read, as it says; a stranger's is empty. */
  pushers(registry: string): readonly string[]
}

interface Held {
  readonly token: string
  readonly madeAt: number
  readonly staleAt: number
  /** Scopes of the request that it came by. */
  readonly scopes: number
}

/** Used for this part of their lives, so that none ends on the way. */
const usablePart = 0.8
/** Refused so soon, a token was never good; later, it was withdrawn. */
const freshMs = 5000
/** How long a credential is taken for good after that was seen. */
const goodMs = 300_000

const refusals: ReadonlySet<string> = new Set(['REGISTRY_FORBIDDEN', 'REGISTRY_UNAUTHORIZED'])

/** Keeps tokens in memory alone; beyond the limit the oldest goes. */
export function createTokens({ timing, limits, send }: TokenDeps): Tokens {
  const held = new Map<string, Held>()
  const desks = new Map<string, TokenDesk>()
  /** Credentials that were taken as such when something was refused to them. */
  const goodAt = new Map<string, number>()
  const pushing = new Map<string, { readonly registry: string; readonly username: string }>()

  const keep = (key: string, entry: Held): void => {
    held.delete(key)
    held.set(key, entry)
    const [oldest] = held.keys()
    if (held.size > limits.tokens && oldest !== undefined) held.delete(oldest)
  }
  const request = async (grant: Grant, scopes: readonly string[]): Promise<HttpAnswer> => {
    try {
      return await send(tokenRequest(grant, scopes, limits.tokenBytes))
    } catch (error) {
      if (!(error instanceof AppError) || !grant.credential || !isDoubtful(error, scopes)) throw error
      if (await isRefusedAsSuch(grant)) {
        throw new AppError('REGISTRY_UNAUTHORIZED', `${error.message} to the sign-in itself`, { cause: error.cause })
      }
      throw new AppError('REGISTRY_FORBIDDEN', error.message, { cause: error.cause })
    }
  }
  /** @returns false when the credential is good, or that cannot be told */
  const isRefusedAsSuch = async (grant: Grant): Promise<boolean> => {
    const place = placeOf(grant)
    if (timing.now() - (goodAt.get(place) ?? -Infinity) < goodMs) return false
    try {
      await send(tokenRequest(grant, [], limits.tokenBytes))
    } catch (failure) {
      return failure instanceof AppError && refusals.has(failure.code) && !saysWebPage(failure)
    }
    if (goodAt.size >= limits.tokens) goodAt.clear()
    goodAt.set(place, timing.now())
    return false
  }
  const ask = async (grant: Grant, scopes: readonly string[]): Promise<void> => {
    const madeAt = timing.now()
    const subject =
      scopes.length === 1 ? subjectOf(grant, scopes) : `${scopes.length} repositories of ${grant.registry}`
    const answer = await request({ ...grant, subject }, scopes)
    const { token, lifeSeconds, mayPush } = readToken(answer, subject)
    const asked = { registry: grant.registry, username: grant.credential?.username ?? '' }
    if (!mayPush) pushing.delete(`${asked.registry}\n${asked.username}`)
    else if (pushing.size < limits.tokens) pushing.set(`${asked.registry}\n${asked.username}`, asked)
    const staleAt = madeAt + lifeSeconds * 1000 * usablePart
    for (const scope of scopes) keep(keyOf({ ...grant, scope }), { token, madeAt, staleAt, scopes: scopes.length })
  }
  const deskOf = (grant: Grant): TokenDesk => {
    // At a desk of its own: that a further right is refused says nothing of the others.
    const key = `${placeOf(grant)}${isFurther(grant.scope) ? '\nfurther' : ''}`
    const known = desks.get(key)
    if (known) return known
    const desk = createTokenDesk(grant.credential !== null, (scopes) => ask(grant, scopes))
    desks.set(key, desk)
    const [oldest] = desks.keys()
    if (desks.size > limits.tokens && oldest !== undefined) desks.delete(oldest)
    return desk
  }

  return {
    async get(grant, signal) {
      const key = keyOf(grant)
      const known = held.get(key)
      if (known && timing.now() < known.staleAt) return known.token
      await untilAborted(deskOf(grant).request(grant.scope), signal)
      const made = held.get(key)
      if (made) return made.token
      // Only when ten thousand others were made within this very moment.
      throw new AppError('REGISTRY_UNAVAILABLE', `sign-in for ${grant.subject}: its token did not stay`)
    },
    isFresh(grant, token) {
      const known = held.get(keyOf(grant))
      return known?.token === token && timing.now() < known.staleAt
    },
    forget(grant, token) {
      const key = keyOf(grant)
      const known = held.get(key)
      if (known?.token !== token) return
      held.delete(key)
      if (known.scopes > 1 && timing.now() - known.madeAt < freshMs) deskOf(grant).single(grant.scope)
    },
    pushers: (registry) =>
      [...pushing.values()].filter((each) => each.registry === registry).map(({ username }) => username),
  }
}

const isFurther = (scope: string): boolean => !scope.endsWith(':pull')

/**
 * Whether a refusal may be one of the credential, or of rights alone: 403 may be said of a bad password too, and 401 of a
 * further right. Which it is, the same without any rights tells.
 *
 * Assumed of GHCR: a bad token is refused with 403 and DENIED, with and without a scope, and a good one is taken without.
 */
const isDoubtful = ({ code }: AppError, scopes: readonly string[]): boolean =>
  code === 'REGISTRY_FORBIDDEN' || (code === 'REGISTRY_UNAUTHORIZED' && scopes.some(isFurther))

function subjectOf({ registry }: Grant, [scope = '']: readonly string[]): string {
  return `${registry}/${scope.replace(/^repository:(.*):[\w,]+$/, '$1')}`
}

function placeOf({ registry, realm, service, credential }: Grant): string {
  return [registry, realm.url.href, service, fingerprint(credential)].join('\n')
}

function keyOf(grant: Grant): string {
  return `${placeOf(grant)}\n${grant.scope}`
}
