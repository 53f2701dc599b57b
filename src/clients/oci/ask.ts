import { AppError, isAbsent } from '../../errors.ts'
import type { Credential, CredentialSource, RepositoryName } from './credentials/credentials.ts'
import type { Endpoint } from './endpoint.ts'
import { answerFailure, saysExpired } from './failure.ts'
import type { Asking } from './pace/asking.ts'
import type { Breakers } from './pace/breakers.ts'
import { retrying } from './pace/retry.ts'
import type { Urgency } from './pace/urgency.ts'
import type { Authorizer, Caller } from './sign-in/authorization.ts'
import { fingerprint } from './sign-in/fingerprint.ts'
import type { HttpAnswer, HttpRequest } from './wire/exchange.ts'
import type { BodySink } from './wire/body-sink.ts'
import { follow } from './wire/follow.ts'
import type { FollowDeps } from './wire/follow.ts'
import { isWebPage, webPageFailure } from './wire/web-page.ts'

/** What asking takes beyond sending: who asks, and where each registry is reached. */
export interface AskDeps extends FollowDeps {
  readonly credentials: CredentialSource
  /** Told of a credential that a registry refused, which may then be another one: it is asked for once more. */
  readonly credentialRefused?: (repository: RepositoryName, credential: Credential) => void
  readonly authorizer: Authorizer
  readonly breakers: Breakers
  readonly endpoint: (registry: string) => Endpoint
  /** Fires when the client is closed. */
  readonly closing: AbortSignal
}

/** One thing that a registry is asked about a repository. */
export interface Question<T> {
  readonly repository: RepositoryName
  readonly method: 'HEAD' | 'GET'
  /** Below the repository: `manifests/1.27`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodyBytesMax: number
  /** The repository with what is asked for, for messages. */
  readonly subject: string
  readonly urgency: Urgency
  /** Whether a mirror may answer: not where it may hold only a part. */
  readonly isMirrored: boolean
  /** Takes the body of each try that succeeds as it comes in; `read` sees none of it then. */
  readonly openSink?: () => BodySink
  /** Checks and reads an answer of status 200, or 304 when there was an `if-none-match`; it throws what is damaged. */
  readonly read: (answer: HttpAnswer) => T
}

/**
 * Asks the mirrors of the registry and, when none of them can tell, the registry itself: with credentials, signing in
 * once more when they are refused, and again after passing failures.
 *
 * @throws REGISTRY_* by class of failure, of the registry itself; CREDENTIALS_INVALID, ABORTED
 */
export async function ask<T>(deps: AskDeps, question: Question<T>, signal: AbortSignal): Promise<T> {
  const { registry, repository } = question.repository
  for (const mirror of question.isMirrored ? deps.endpoint(registry).mirrors : []) {
    try {
      const place = { registry: mirror.host, repository: `${mirror.path}${repository}` }
      return await askAt(deps, { ...question, repository: place }, true, signal)
    } catch (error) {
      // Whatever is wrong with a mirror, it never stands for an answer of the registry.
      if (!(error instanceof AppError) || error.code === 'ABORTED') throw error
    }
  }
  return askAt(deps, question, false, signal)
}

/** The error that an answer stands for. */
export function rejection({ timing }: Pick<AskDeps, 'timing'>, answer: HttpAnswer, subject: string): AppError {
  return answerFailure(answer, subject, timing.wallNow())
}

async function askAt<T>(deps: AskDeps, question: Question<T>, isMirror: boolean, signal: AbortSignal): Promise<T> {
  const { repository, urgency } = question
  const credential = await deps.credentials(repository, signal, urgency)
  const { credentialRefused } = deps
  if (credential === null || credentialRefused === undefined) {
    return askWith(deps, question, credential, isMirror, signal, (work) => work())
  }
  const first = await askWith(deps, question, credential, isMirror, signal, async (work) => {
    try {
      return { answer: await work() }
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'REGISTRY_UNAUTHORIZED') throw error
      credentialRefused(repository, credential)
      // Why there is no other one is told when it is asked for next; what was refused is what matters now.
      const other = await deps.credentials(repository, signal, urgency).catch(() => null)
      if (other === null || fingerprint(other) === fingerprint(credential)) throw error
      return { other }
    }
  })
  if ('answer' in first) return first.answer
  return askWith(deps, question, first.other, isMirror, signal, (work) => work())
}

/** @param within what is done beside asking, while circuits are watched */
async function askWith<T, R>(
  deps: AskDeps,
  question: Question<T>,
  credential: Credential | null,
  isMirror: boolean,
  signal: AbortSignal,
  within: (work: () => Promise<T>) => Promise<R>,
): Promise<R> {
  const { repository, subject, urgency } = question
  const endpoint = deps.endpoint(repository.registry)
  const account = credential?.username ?? ''
  const what = whatOf(question)
  const caller = { endpoint, repository: repository.repository, credential, subject, isList: what === 'list' }
  const asking = { ...repository, credential: fingerprint(credential), account, urgency, subject, what, isMirror }
  const limits = isMirror ? { ...deps.limits, tries: 1 } : deps.limits
  const work = (): Promise<T> =>
    retrying({ ...deps, limits }, signal, async () => accept(question, await send(deps, question, caller, signal)))
  return deps.breakers.run(asking, () => within(work))
}

async function send<T>(deps: AskDeps, question: Question<T>, caller: Caller, signal: AbortSignal): Promise<HttpAnswer> {
  if (deps.closing.aborted) throw new AppError('ABORTED', 'stopped')
  const { endpoint, subject } = caller
  const { path, headers } = question
  const url = new URL(`${endpoint.origin}/v2/${pathOf(question.repository)}/${path}`)
  // Before signing in, which would be a request in vain where the polling stops.
  admit(deps, question, caller, url)
  const first = await deps.authorizer.authorize(caller, signal)
  const { answer, sent } = await sendAs(deps, question, caller, url, first, signal)
  // Where nobody was asked to sign in, strangers may be told that there is nothing.
  const isHidden = sent === null && caller.credential !== null && hiding.has(answer.status)
  // Where a redirect led, our credentials have nothing to say.
  const isRefused = (answer.status === 401 || isHidden) && answer.url.origin === endpoint.origin
  const renewed = isRefused ? await deps.authorizer.reauthorize(caller, answer, sent, signal) : null
  const last = renewed === null ? answer : (await sendAs(deps, question, caller, url, renewed, signal)).answer
  if (last.status === 200 || (last.status === 304 && headers['if-none-match'] !== undefined)) {
    if (sent === null && renewed !== null) deps.authorizer.took(caller)
    return last
  }
  const error = rejection(deps, last, subject)
  if (isHidden && (isAbsent(error.code) || isUnknownThere(deps, caller, error))) {
    throw new AppError(error.code, `${error.message}; it asks nobody to sign in`, { cause: error.cause })
  }
  const isRight = caller.credential !== null && deps.authorizer.isAccepted(caller) && !saysExpired(last)
  if (error.code !== 'REGISTRY_UNAUTHORIZED' || !isRight) throw error
  // A registry that took the credential and still says 401 means: not this user, not this repository.
  throw new AppError('REGISTRY_FORBIDDEN', error.message, { cause: error.cause })
}

/**
 * Sends with an authorization, or with the one that replaces it where it is a token that ends before the turn of the
 * request comes: refused, it would read as a refusal of the user.
 * @returns `sent`: what it was sent with
 */
async function sendAs<T>(
  deps: AskDeps,
  question: Question<T>,
  caller: Caller,
  url: URL,
  authorization: string | null,
  signal: AbortSignal,
): Promise<{ readonly answer: HttpAnswer; readonly sent: string | null }> {
  const { authorizer, lanes } = deps
  let sent = authorization
  const renew = (stop: AbortSignal): Promise<string | null> | null => {
    if (sent === null || !authorizer.hasEnded(caller, sent)) return null
    return lanes.lend(url.host, async () => (sent = (await authorizer.authorize(caller, stop)) ?? sent))
  }
  const answer = await follow(deps, requestOf(question, caller, url, authorization, renew), signal)
  return { answer, sent }
}

function admit<T>({ budgets }: AskDeps, { method, subject, urgency }: Question<T>, caller: Caller, url: URL): void {
  const counted = { host: url.host, account: caller.credential?.username ?? '' }
  budgets.admit(counted, { method, url }, urgency, subject)
}

const whatOf = <T>({ method, path }: Question<T>): Asking['what'] =>
  path.startsWith('tags/') ? 'list' : method === 'HEAD' ? 'headers' : 'body'

/** It refuses strangers and this user alike, so that nobody knows whether it knows the user. */
const isUnknownThere = ({ authorizer }: AskDeps, caller: Caller, { code }: AppError): boolean =>
  code === 'REGISTRY_FORBIDDEN' && !authorizer.isAccepted(caller)

const hiding: ReadonlySet<number> = new Set([403, 404])

function accept<T>({ subject, read }: Question<T>, answer: HttpAnswer): T {
  if (isWebPage(answer.headers, answer.body)) throw webPageFailure(answer, subject)
  return read(answer)
}

function requestOf<T>(
  { method, headers, bodyBytesMax, subject, urgency, openSink }: Question<T>,
  { credential }: Caller,
  url: URL,
  authorization: string | null,
  renew: HttpRequest['renew'],
): HttpRequest {
  const all = authorization === null ? headers : { ...headers, authorization }
  const account = authorization === null ? '' : (credential?.username ?? '')
  // Whom nobody asks to sign in is counted as a stranger after all.
  const isAdmitted = account === (credential?.username ?? '')
  const request = { method, url, headers: all, reach: 'configured', bodyBytesMax, subject } as const
  return { ...request, urgency, account, isAdmitted, ...(renew && { renew }), ...(openSink && { openSink }) }
}

/** References are parsed long before; this keeps a mistake there from reaching another path of the registry. */
function pathOf({ registry, repository }: RepositoryName): string {
  if (/^[a-z\d][\w.-]*(\/[a-z\d][\w.-]*)*$/.test(repository)) return repository
  throw new AppError('REFERENCE_INVALID', `${JSON.stringify(repository)} of ${registry} is no repository`)
}
