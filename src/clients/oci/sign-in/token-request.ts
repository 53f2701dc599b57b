import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { basicHeader } from '../credentials/basic-header.ts'
import type { Credential } from '../credentials/credentials.ts'
import { isIdentityToken } from '../credentials/credentials.ts'
import { parseBoundedJson } from '../../../lib/bounded-json.ts'
import type { HttpAnswer, HttpRequest } from '../wire/exchange.ts'
import { isWebPage, webPageFailure } from '../wire/web-page.ts'
import { mayPush } from './granted.ts'
import type { Realm } from './realm.ts'

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

/** A token with its life in seconds. */
export interface Token {
  readonly token: string
  readonly lifeSeconds: number
  /** Whether it says of itself that it may do more than read. */
  readonly mayPush: boolean
}

/** When a realm names no life. @see Distribution, "Token Authentication Specification" */
const defaultLifeSeconds = 60

const answerSchema = z.object({
  token: z.string().min(1).nullish(),
  access_token: z.string().min(1).nullish(),
  expires_in: z.number().nullish(),
  scope: z.string().nullish().catch(null),
})

/** One request for one token that is good for all `scopes`; of none only the credential is proven. */
export function tokenRequest(
  { realm, service, credential, subject }: Grant,
  scopes: readonly string[],
  bodyBytesMax: number,
): HttpRequest {
  const base = { reach: realm.reach, trustAs: realm.trustAs, bodyBytesMax, subject: `sign-in for ${subject}` }
  const wanted: Record<string, string> = service === null ? {} : { service }
  if (credential && isIdentityToken(credential)) {
    // What `docker login` stores instead of a password for some registries. @see Distribution, "OAuth2 Token Authentication"
    const form = { grant_type: 'refresh_token', refresh_token: credential.password.reveal(), client_id: 'longshore' }
    const body = new URLSearchParams({
      ...form,
      ...wanted,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    }).toString()
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': `${Buffer.byteLength(body)}`,
    }
    return { ...base, method: 'POST', url: realm.url, headers, body }
  }
  const url = new URL(realm.url)
  for (const [name, value] of Object.entries(wanted)) url.searchParams.set(name, value)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  if (!credential) return { ...base, method: 'GET', url, headers: {} }
  // A token for strangers is none of ours.
  return { ...base, method: 'GET', url, headers: { authorization: basicHeader(credential) }, asSomebody: true }
}

/** @throws REGISTRY_INTEGRITY; REGISTRY_UNAVAILABLE for a web page */
export function readToken(answer: HttpAnswer, subject: string): Token {
  if (isWebPage(answer.headers, answer.body)) throw webPageFailure(answer, `sign-in for ${subject}`)
  const parsed = answerSchema.safeParse(parseJson(answer.body))
  const token = parsed.data?.token ?? parsed.data?.access_token
  // A token goes into a header: nothing that could end one may be in it.
  if (!token || !/^[\x21-\x7e]+$/.test(token)) {
    throw new AppError('REGISTRY_INTEGRITY', `sign-in for ${subject}: ${answer.url.host} sent no token`)
  }
  const told = parsed.data?.expires_in ?? 0
  // Nobody makes tokens that have ended: who says so tells nothing.
  const lifeSeconds = told > 0 ? told : defaultLifeSeconds
  return { token, lifeSeconds, mayPush: mayPush(token, parsed.data?.scope ?? null) }
}

function parseJson(body: Buffer): unknown {
  try {
    return parseBoundedJson(body)
  } catch {
    return null
  }
}
