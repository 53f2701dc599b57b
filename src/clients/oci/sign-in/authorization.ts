import { AppError } from '../../../errors.ts'
import { reachFrom } from '../wire/address.ts'
import { saysWebPage } from '../failure.ts'
import { parseChallenges } from './challenge.ts'
import { basicHeader } from '../credentials/basic-header.ts'
import { isIdentityToken } from '../credentials/credentials.ts'
import type { Credential } from '../credentials/credentials.ts'
import type { Endpoint } from '../endpoint.ts'
import type { HttpAnswer } from '../wire/exchange.ts'
import { admitRealm } from './realm.ts'
import type { Realm } from './realm.ts'
import { createSingleFlight } from '../single-flight.ts'
import { fingerprint } from './fingerprint.ts'
import type { Tokens } from './token.ts'
import type { Grant } from './token-request.ts'

/** Who asks for what. */
export interface Caller {
  readonly endpoint: Endpoint
  readonly repository: string
  readonly credential: Credential | null
  readonly subject: string
  /** Whether it is a list of tags that is asked for: some want a right of its own for that. */
  readonly isList: boolean
}

/** Finds the `Authorization` for requests, and remembers how each registry wants it. */
export interface Authorizer {
  /** @returns null when nothing is to be sent */
  authorize(caller: Caller, signal: AbortSignal): Promise<string | null>
  /**
   * After a refusal of the registry itself: a 401, or what may be one to strangers where a credential was not asked for.
   * @param sent what was refused
   * @returns null when there is nothing better to send
   * @throws CREDENTIALS_INVALID when what is configured cannot be used there
   */
  reauthorize(caller: Caller, refusal: HttpAnswer, sent: string | null, signal: AbortSignal): Promise<string | null>
  /** Whether `sent` was a token that has ended, or was replaced, since it was given. */
  hasEnded(caller: Caller, sent: string): boolean
  /** What a stranger was refused came with what `reauthorize` gave. */
  took(caller: Caller): void
  /** Whether the registry took the caller's credential as such: what it refuses now, it refuses to this user. */
  isAccepted(caller: Caller): boolean
}

/** Where tokens come from, and how a registry is made to say how it wants us to sign in. */
export interface AuthorizerDeps {
  readonly tokens: Tokens
  /** GET /v2/; throws when the registry is not available. @param authorization null to ask as a stranger */
  readonly probe: (caller: Caller, authorization: string | null) => Promise<HttpAnswer>
  /** HEAD of what was refused to a stranger. */
  readonly probeAgain: (caller: Caller, authorization: string, refused: URL) => Promise<HttpAnswer>
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** The error that a refusal stands for. */
  readonly rejection: (answer: HttpAnswer, subject: string) => AppError
}

type SignIn =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic' }
  /** Asks nobody to sign in, and shows more to who does. */
  | { readonly kind: 'unasked' }
  | { readonly kind: 'bearer'; readonly realm: Realm; readonly service: string | null }

/** An authorizer that knows no registry so far; it learns from their challenges. */
export function createAuthorizer({ tokens, probe, probeAgain, now, rejection }: AuthorizerDeps): Authorizer {
  const signIns = new Map<string, SignIn>()
  const accepted = new Set<string>()
  const probes = createSingleFlight<SignIn>()
  const proofs = createSingleFlight<void>()
  /** What registries want for their lists beyond the right to pull. */
  const listActions = new Map<string, string>()
  /** Passwords that nobody asked for and that were refused, for those who are on the way to try them too. */
  const refused = new Map<string, { readonly error: AppError; readonly until: number }>()

  const grantOf = (signIn: SignIn & { kind: 'bearer' }, caller: Caller): Grant => {
    const { endpoint, repository, credential, subject, isList } = caller
    const { registry } = endpoint
    const actions = isList ? (listActions.get(registry) ?? pull) : pull
    const scope = `repository:${repository}:${actions}`
    return { registry, realm: signIn.realm, service: signIn.service, scope, credential, subject }
  }
  const learn = async (endpoint: Endpoint, answer: HttpAnswer): Promise<SignIn> => {
    const isRefusal = answer.status === 401 && answer.url.origin === endpoint.origin
    const offered = isRefusal ? await readSignIn(endpoint, answer) : null
    // A refusal that offers nothing unlearns nothing: else one odd answer would make strangers of us.
    const signIn = offered ?? signIns.get(endpoint.registry) ?? { kind: 'none' }
    signIns.set(endpoint.registry, signIn)
    return signIn
  }
  const headerFor = async (signIn: SignIn, caller: Caller, signal: AbortSignal): Promise<string | null> => {
    if (signIn.kind === 'none') return null
    if (signIn.kind === 'basic') {
      const { credential } = caller
      if (!credential) return null
      if (isIdentityToken(credential)) throw notForPasswords(caller)
      const header = basicHeader(credential)
      if (!accepted.has(keyOf(caller))) await proofs.run(keyOf(caller), signal, () => prove(caller, header))
      return header
    }
    if (signIn.kind === 'unasked') {
      const { credential } = caller
      return credential && !isIdentityToken(credential) ? basicHeader(credential) : null
    }
    const token = await tokens.get(grantOf(signIn, caller), signal)
    accept(caller)
    return `${bearerPrefix}${token}`
  }
  /** One request tries a password, however many wait: registries lock accounts out that fail many times at once. */
  const prove = async (caller: Caller, header: string): Promise<void> => {
    const answer = await probe(caller, header)
    if (answer.status === 401 || answer.status === 403) throw refusalAtDoor(rejection(answer, caller.subject))
    accept(caller)
  }
  /** Here no question at the door proves a password; what a stranger may not have does. Also by one request. */
  const proveUnasked = async (caller: Caller, header: string, url: URL): Promise<void> => {
    const known = refused.get(keyOf(caller))
    if (known && now() < known.until) throw known.error
    const answer = await probeAgain(caller, header, url)
    if (answer.status === 401) {
      const error = rejection(answer, caller.subject)
      if (refused.size >= acceptedMax) refused.clear()
      refused.set(keyOf(caller), { error, until: now() + refusedMs })
      throw error
    }
    const isTheirs = answer.url.origin === caller.endpoint.origin
    if (answer.status < 400 && isTheirs) took(caller) // else there is no such thing, or not for this user, or not by HEAD
  }
  const took = (caller: Caller): void => {
    const { registry } = caller.endpoint
    if (signIns.get(registry)?.kind !== 'none') return
    signIns.set(registry, { kind: 'unasked' })
    accept(caller)
  }
  const headerUnasked = async (caller: Caller, { url }: HttpAnswer, signal: AbortSignal): Promise<string | null> => {
    const { credential } = caller
    if (!credential) return null
    if (isIdentityToken(credential)) throw notForPasswords(caller)
    const header = basicHeader(credential)
    if (!accepted.has(keyOf(caller))) await proofs.run(keyOf(caller), signal, () => proveUnasked(caller, header, url))
    return header
  }
  const accept = (caller: Caller): void => {
    accepted.add(keyOf(caller))
    const [oldest] = accepted
    if (accepted.size > acceptedMax && oldest !== undefined) accepted.delete(oldest)
  }

  return {
    async authorize(caller, signal) {
      const { endpoint, credential } = caller
      const known = signIns.get(endpoint.registry)
      if (known) return headerFor(known, caller, signal)
      // Without credentials the first 401 teaches the same. With them, a registry that also serves strangers would
      // answer a first bare request as it answers strangers.
      if (!credential) return null
      const ask = async (): Promise<SignIn> => learn(endpoint, await probe(caller, null))
      return headerFor(await probes.run(endpoint.registry, signal, ask), caller, signal)
    },
    async reauthorize(caller, refusal, sent, signal) {
      const signIn = await learn(caller.endpoint, refusal)
      if (signIn.kind === 'bearer' && sent?.startsWith(bearerPrefix)) {
        tokens.forget(grantOf(signIn, caller), sent.slice(bearerPrefix.length))
      }
      const wanted = caller.isList ? actionsIn(refusal, caller.repository) : null
      if (wanted !== null) listActions.set(caller.endpoint.registry, wanted)
      if (signIn.kind === 'basic') accepted.delete(keyOf(caller))
      const isUnasked = signIn.kind === 'none' || signIn.kind === 'unasked'
      if (isUnasked && sent === null) return headerUnasked(caller, refusal, signal)
      const header = await headerFor(signIn, caller, signal)
      // The same again would only count as another failed sign-in.
      return header === sent ? null : header
    },
    hasEnded(caller, sent) {
      const signIn = signIns.get(caller.endpoint.registry)
      if (signIn?.kind !== 'bearer' || !sent.startsWith(bearerPrefix)) return false
      return !tokens.isFresh(grantOf(signIn, caller), sent.slice(bearerPrefix.length))
    },
    took,
    isAccepted: (caller) => accepted.has(keyOf(caller)),
  }
}

const bearerPrefix = 'Bearer '

/** Longer than a request waits for its turn; from then on whoever opens circuits knows. */
const refusedMs = 10_000
/** Credential helpers may make a new password every minute. */
const acceptedMax = 1000

function keyOf({ endpoint, credential }: Caller): string {
  return `${endpoint.registry}\n${fingerprint(credential)}`
}

/** Where no repository was asked for, 403 means the user: rights for one are nothing that could be missing. */
function refusalAtDoor(error: AppError): AppError {
  if (error.code !== 'REGISTRY_FORBIDDEN' || saysWebPage(error)) return error
  return new AppError('REGISTRY_UNAUTHORIZED', `${error.message} to the sign-in itself`, { cause: error.cause })
}

/** An identity token is for realms alone; without it we would ask as strangers and believe what they are told. */
function notForPasswords({ endpoint, subject }: Caller): AppError {
  const message = `${subject}: ${endpoint.registry} takes no identity tokens; it needs a user name and a password`
  return new AppError('CREDENTIALS_INVALID', message)
}

async function readSignIn(endpoint: Endpoint, answer: HttpAnswer): Promise<SignIn | null> {
  const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '')
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  const wanted = bearer?.parameters.get('realm') ?? ''
  const realm = bearer && (await admitRealm(endpoint, wanted, reachFrom(answer.peer)))
  if (realm) return { kind: 'bearer', realm, service: bearer.parameters.get('service') ?? null }
  // "Bearer" with a realm that is a mere name (Artifactory, ECR) means basic too.
  const isBasic = bearer !== undefined || challenges.some(({ scheme }) => scheme === 'basic')
  return isBasic ? { kind: 'basic' } : null
}

/** All that an image needs; what the scope of a challenge names is not asked for: GHCR's names a placeholder. */
const pull = 'pull'

/** All that is ever asked for beside that, whatever a registry names: none of it changes anything. */
const harmless: ReadonlySet<string> = new Set([pull, 'metadata_read', 'content_read'])

/**
 * What a registry wants for a list of this very repository; null when that is nothing further.
 *
 * Assumed of Azure: a list wants `metadata_read`, which the challenge to it names, and a token with it alone is enough.
 */
function actionsIn(refusal: HttpAnswer, repository: string): string | null {
  const challenges = parseChallenges(refusal.headers['www-authenticate'] ?? '')
  const scope = challenges.find(({ scheme }) => scheme === 'bearer')?.parameters.get('scope') ?? ''
  const prefix = `repository:${repository}:`
  if (!scope.startsWith(prefix)) return null
  const actions = scope
    .slice(prefix.length)
    .split(',')
    .filter((each) => harmless.has(each))
  return actions.some((each) => each !== pull) ? actions.join(',') : null
}
