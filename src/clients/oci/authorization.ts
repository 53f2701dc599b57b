import { classifyAddress } from './address.ts'
import { parseChallenges } from './challenge.ts'
import { isIdentityToken } from './credentials.ts'
import type { Credential } from './credentials.ts'
import type { Endpoint } from './endpoint.ts'
import type { HttpAnswer } from './exchange.ts'
import { admitRealm } from './realm.ts'
import type { Realm } from './realm.ts'
import { createSingleFlight } from './single-flight.ts'
import { basicHeader } from './token.ts'
import type { Grant, Tokens } from './token.ts'

/** Who asks for what. */
export interface Caller {
  readonly endpoint: Endpoint
  readonly repository: string
  readonly credential: Credential | null
  readonly subject: string
}

/** Finds the `Authorization` for requests, and remembers how each registry wants it. */
export interface Authorizer {
  /** @returns null when nothing is to be sent */
  authorize(caller: Caller, signal: AbortSignal): Promise<string | null>
  /**
   * After a 401 of the registry itself.
   * @param sent what was refused
   * @returns null when there is nothing better to send
   */
  reauthorize(caller: Caller, refusal: HttpAnswer, sent: string | null, signal: AbortSignal): Promise<string | null>
}

/** Where tokens come from, and how a registry is made to say how it wants us to sign in. */
export interface AuthorizerDeps {
  readonly tokens: Tokens
  /** GET /v2/ without credentials; throws when the registry is not available. */
  readonly probe: (caller: Caller) => Promise<HttpAnswer>
}

type SignIn =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: Realm; readonly service: string | null }

/** An authorizer that knows no registry so far; it learns from their challenges. */
export function createAuthorizer({ tokens, probe }: AuthorizerDeps): Authorizer {
  const signIns = new Map<string, SignIn>()
  const probes = createSingleFlight<SignIn>()

  const learn = (endpoint: Endpoint, answer: HttpAnswer): SignIn => {
    const isRefusal = answer.status === 401 && answer.url.origin === endpoint.origin
    const offered = isRefusal ? readSignIn(endpoint, answer) : null
    // A refusal that offers nothing unlearns nothing: else one odd answer would make strangers of us.
    const signIn = offered ?? signIns.get(endpoint.registry) ?? { kind: 'none' }
    signIns.set(endpoint.registry, signIn)
    return signIn
  }
  const headerFor = async (signIn: SignIn, caller: Caller, signal: AbortSignal): Promise<string | null> => {
    if (signIn.kind === 'none') return null
    if (signIn.kind === 'basic') {
      const { credential } = caller
      // An identity token is for realms alone.
      return credential && !isIdentityToken(credential) ? basicHeader(credential) : null
    }
    return `Bearer ${await tokens.get(grantOf(signIn, caller), signal)}`
  }

  return {
    async authorize(caller, signal) {
      const { endpoint, credential } = caller
      const known = signIns.get(endpoint.registry)
      if (known) return headerFor(known, caller, signal)
      // Without credentials the first 401 teaches the same. With them, a registry that also serves strangers would
      // answer a first bare request as it answers strangers.
      if (!credential) return null
      const ask = async (): Promise<SignIn> => learn(endpoint, await probe(caller))
      return headerFor(await probes.run(endpoint.registry, signal, ask), caller, signal)
    },
    async reauthorize(caller, refusal, sent, signal) {
      const signIn = learn(caller.endpoint, refusal)
      if (signIn.kind === 'bearer' && sent?.startsWith('Bearer ')) {
        tokens.forget(grantOf(signIn, caller), sent.slice('Bearer '.length))
      }
      const header = await headerFor(signIn, caller, signal)
      // The same again would only count as another failed sign-in.
      return header === sent ? null : header
    },
  }
}

function readSignIn(endpoint: Endpoint, answer: HttpAnswer): SignIn | null {
  const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '')
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  const realm = bearer && admitRealm(endpoint, bearer.parameters.get('realm') ?? '', isPrivate(answer))
  if (realm) return { kind: 'bearer', realm, service: bearer.parameters.get('service') ?? null }
  // "Bearer" with a realm that is a mere name (Artifactory, ECR) means basic too.
  const isBasic = bearer !== undefined || challenges.some(({ scheme }) => scheme === 'basic')
  return isBasic ? { kind: 'basic' } : null
}

/** The scope of the challenge is not used: GHCR's names a placeholder, and none needs more than to pull. */
function grantOf(signIn: SignIn & { kind: 'bearer' }, caller: Caller): Grant {
  const { endpoint, repository, credential, subject } = caller
  const scope = `repository:${repository}:pull`
  return { registry: endpoint.registry, realm: signIn.realm, service: signIn.service, scope, credential, subject }
}

function isPrivate(answer: HttpAnswer): boolean {
  return classifyAddress(answer.peer) === 'private'
}
