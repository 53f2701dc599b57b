import { AppError } from '../../errors.ts'
import type { Authorizer } from './authorization.ts'
import type { CredentialSource, RepositoryName } from './credentials.ts'
import type { Endpoint } from './endpoint.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'
import { answerFailure } from './failure.ts'
import { follow } from './follow.ts'
import type { FollowDeps } from './follow.ts'
import { retrying } from './retry.ts'

/** What asking takes beyond sending: who asks, and where each registry is reached. */
export interface AskDeps extends FollowDeps {
  readonly credentials: CredentialSource
  readonly authorizer: Authorizer
  readonly endpoint: (registry: string) => Endpoint
  /** Fires when the client is closed. */
  readonly closing: AbortSignal
}

/** One thing that a registry is asked about a repository. */
export interface Question {
  readonly repository: RepositoryName
  readonly method: 'HEAD' | 'GET'
  /** Below the repository: `manifests/1.27`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodyBytesMax: number
  /** The repository with what is asked for, for messages. */
  readonly subject: string
}

/**
 * Asks with credentials, signs in once more when they are refused, and tries again after passing failures.
 *
 * @returns an answer of status 200, or 304 when the question had an `if-none-match`
 * @throws REGISTRY_* by class of failure, CREDENTIALS_INVALID, ABORTED
 */
export function ask(deps: AskDeps, question: Question, signal: AbortSignal): Promise<HttpAnswer> {
  return retrying(deps, signal, async () => {
    const { repository, subject } = question
    if (deps.closing.aborted) throw new AppError('ABORTED', 'stopped')
    const endpoint = deps.endpoint(repository.registry)
    const credential = await deps.credentials(repository, signal)
    const caller = { endpoint, repository: repository.repository, credential, subject }
    const url = new URL(`${endpoint.origin}/v2/${pathOf(repository)}/${question.path}`)

    const sent = await deps.authorizer.authorize(caller, signal)
    const answer = await follow(deps, requestOf(question, url, sent), signal)
    // Where a redirect led, our credentials have nothing to say.
    if (answer.status !== 401 || answer.url.origin !== endpoint.origin) return accept(deps, question, answer)
    const renewed = await deps.authorizer.reauthorize(caller, answer, sent, signal)
    if (renewed === null) throw rejection(deps, answer, subject)
    return accept(deps, question, await follow(deps, requestOf(question, url, renewed), signal))
  })
}

/** The error that an answer stands for. */
export function rejection({ timing }: Pick<AskDeps, 'timing'>, answer: HttpAnswer, subject: string): AppError {
  return answerFailure(answer, subject, timing.wallNow())
}

function accept(deps: AskDeps, { headers, subject }: Question, answer: HttpAnswer): HttpAnswer {
  const isExpected = answer.status === 200 || (answer.status === 304 && headers['if-none-match'] !== undefined)
  if (!isExpected) throw rejection(deps, answer, subject)
  const encoding = answer.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return answer
  throw new AppError('REGISTRY_INTEGRITY', `${subject}: ${answer.url.host} sent a compressed answer, unasked`)
}

function requestOf(question: Question, url: URL, authorization: string | null): HttpRequest {
  const { method, headers, bodyBytesMax, subject } = question
  const all = authorization === null ? headers : { ...headers, authorization }
  return { method, url, headers: all, reach: 'configured', bodyBytesMax, subject }
}

/** References are parsed long before; this keeps a mistake there from reaching another path of the registry. */
function pathOf({ registry, repository }: RepositoryName): string {
  if (/^[a-z\d][\w.-]*(\/[a-z\d][\w.-]*)*$/.test(repository)) return repository
  throw new AppError('REFERENCE_INVALID', `${JSON.stringify(repository)} of ${registry} is no repository`)
}
