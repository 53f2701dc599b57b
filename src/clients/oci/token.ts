import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Credential } from './credentials.ts'
import { isIdentityToken } from './credentials.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'
import type { Realm } from './realm.ts'
import { createSingleFlight } from './single-flight.ts'

/** What a token is asked for. */
export interface Grant {
  readonly registry: string
  readonly realm: Realm
  readonly service: string | null
  /** `repository:library/nginx:pull` */
  readonly scope: string
  readonly credential: Credential | null
  readonly subject: string
}

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
  /** Forgets `token` unless it was replaced since. */
  forget(grant: Grant, token: string): void
}

interface Held {
  readonly token: string
  readonly staleAt: number
}

/** When a realm names no life. @see Distribution, "Token Authentication Specification" */
const defaultLifeSeconds = 60
/** Used for this part of their lives, so that none ends on the way. */
const usablePart = 0.8

const answerSchema = z.object({
  token: z.string().min(1).nullish(),
  access_token: z.string().min(1).nullish(),
  expires_in: z.number().nullish(),
})

/** Keeps tokens in memory alone; beyond the limit the oldest goes. */
export function createTokens(deps: TokenDeps): Tokens {
  const held = new Map<string, Held>()
  const flights = createSingleFlight<string>()

  const ask = async (key: string, grant: Grant): Promise<string> => {
    const askedAt = deps.timing.now()
    const answer = await deps.send(requestOf(grant, deps.limits.tokenBytes))
    const { token, lifeSeconds } = readToken(answer, grant)
    held.delete(key)
    held.set(key, { token, staleAt: askedAt + lifeSeconds * 1000 * usablePart })
    const [oldest] = held.keys()
    if (held.size > deps.limits.tokens && oldest !== undefined) held.delete(oldest)
    return token
  }

  return {
    async get(grant, signal) {
      const key = keyOf(grant)
      const known = held.get(key)
      if (known && deps.timing.now() < known.staleAt) return known.token
      return flights.run(key, signal, () => ask(key, grant))
    },
    forget(grant, token) {
      const key = keyOf(grant)
      if (held.get(key)?.token === token) held.delete(key)
    },
  }
}

/** The value of `Authorization` for basic sign-in. */
export function basicHeader({ username, password }: Credential): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`
}

function requestOf({ realm, service, scope, credential, subject }: Grant, bodyBytesMax: number): HttpRequest {
  const base = { reach: realm.reach, bodyBytesMax, subject: `sign-in for ${subject}` }
  const wanted: Record<string, string> = service === null ? { scope } : { service, scope }
  if (credential && isIdentityToken(credential)) {
    // What `docker login` stores instead of a password for some registries. @see Distribution, "OAuth2 Token Authentication"
    const form = { grant_type: 'refresh_token', refresh_token: credential.password.reveal(), client_id: 'longshore' }
    const body = new URLSearchParams({ ...form, ...wanted }).toString()
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': `${Buffer.byteLength(body)}`,
    }
    return { ...base, method: 'POST', url: realm.url, headers, body }
  }
  const url = new URL(realm.url)
  for (const [name, value] of Object.entries(wanted)) url.searchParams.set(name, value)
  return { ...base, method: 'GET', url, headers: credential ? { authorization: basicHeader(credential) } : {} }
}

function readToken(answer: HttpAnswer, grant: Grant): { token: string; lifeSeconds: number } {
  const parsed = answerSchema.safeParse(parseJson(answer.body))
  const token = parsed.data?.token ?? parsed.data?.access_token
  // A token goes into a header: nothing that could end one may be in it.
  if (!token || !/^[\x21-\x7e]+$/.test(token)) {
    throw new AppError('REGISTRY_INTEGRITY', `sign-in for ${grant.subject}: ${answer.url.host} sent no token`)
  }
  return { token, lifeSeconds: Math.max(parsed.data?.expires_in ?? defaultLifeSeconds, 0) }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

function keyOf({ registry, realm, service, scope, credential }: Grant): string {
  return [registry, realm.url.href, service, scope, fingerprint(credential)].join('\n')
}

const fingerprints = new WeakMap<Credential, string>()

function fingerprint(credential: Credential | null): string {
  if (!credential) return ''
  const known = fingerprints.get(credential)
  if (known !== undefined) return known
  const hash = createHash('sha256').update(credential.password.reveal()).digest('base64')
  const made = `${credential.username}\n${hash}`
  fingerprints.set(credential, made)
  return made
}
