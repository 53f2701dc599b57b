import { AppError } from '../../errors.ts'
import type { ErrorCode } from '../../errors.ts'

/** How long to leave an API alone that throttles: its buckets fill again within seconds. */
const throttledMs = 30_000

const codes: Readonly<Record<string, ErrorCode>> = {
  CredentialsProviderError: 'CREDENTIALS_INVALID',
  TokenProviderError: 'CREDENTIALS_INVALID',
  ExpiredTokenException: 'REGISTRY_UNAUTHORIZED',
  ExpiredToken: 'REGISTRY_UNAUTHORIZED',
  UnrecognizedClientException: 'REGISTRY_UNAUTHORIZED',
  InvalidClientTokenId: 'REGISTRY_UNAUTHORIZED',
  InvalidSignatureException: 'REGISTRY_UNAUTHORIZED',
  IncompleteSignatureException: 'REGISTRY_UNAUTHORIZED',
  MissingAuthenticationTokenException: 'REGISTRY_UNAUTHORIZED',
  AccessDeniedException: 'REGISTRY_FORBIDDEN',
  OptInRequired: 'REGISTRY_FORBIDDEN',
  RepositoryNotFoundException: 'REGISTRY_REPOSITORY_UNKNOWN',
  RegistryNotFoundException: 'REGISTRY_NOT_FOUND',
  ThrottlingException: 'REGISTRY_RATE_LIMITED',
  TooManyRequestsException: 'REGISTRY_RATE_LIMITED',
  LimitExceededException: 'REGISTRY_RATE_LIMITED',
  AnswerTooLarge: 'REGISTRY_TOO_LARGE',
}

/**
 * The error that one of the SDK stands for. Its message may quote what was signed, so it stays in `cause`.
 *
 * @param action as a policy of IAM names it: `ecr:DescribeImages`
 */
export function ecrFailure(error: unknown, subject: string, action: string): AppError {
  if (error instanceof AppError) return error
  const name = error instanceof Error ? error.name : ''
  if (name === 'AbortError') return new AppError('ABORTED', 'stopped', { cause: error })
  const session = error instanceof Error ? sessionSentence(error) : null
  const code = session === null ? (codes[name] ?? 'REGISTRY_UNAVAILABLE') : 'REGISTRY_UNAUTHORIZED'
  const message = `${subject}: ${session ?? sentenceFor(code, action)}${codes[name] ? ` (${name})` : ''}`
  return new AppError(code, message, {
    cause: error,
    ...(code === 'REGISTRY_RATE_LIMITED' && { retryAfterMs: throttledMs }),
  })
}

const ofLookingForKeys: ReadonlySet<string> = new Set(['CredentialsProviderError', 'TokenProviderError'])

/** Who signs in by a browser has credentials, for as long as that session lives: the SDK's words alone tell. */
function sessionSentence({ name, message }: Error): string | null {
  if (!ofLookingForKeys.has(name)) return null
  // A session that has no token to be renewed with is told only then, when it has ended.
  const hasEnded = /\bexpired\b|\bcannot refresh\b|\bfailed to refresh\b/i.test(message)
  if (!hasEnded && !/\baws (?:sso )?login\b/i.test(message)) return null
  const state = hasEnded ? 'has expired' : 'is not there or is not valid'
  return `the session that AWS credentials come from ${state}: sign in by \`aws sso login\` or \`aws login\``
}

function sentenceFor(code: ErrorCode, action: string): string {
  switch (code) {
    case 'CREDENTIALS_INVALID':
      return 'there are no AWS credentials in the entry, the environment, the profile or the role of this machine'
    case 'REGISTRY_UNAUTHORIZED':
      return 'the AWS credentials are refused'
    case 'REGISTRY_FORBIDDEN':
      return `the AWS credentials have no right to ${action}`
    case 'REGISTRY_NOT_FOUND':
    case 'REGISTRY_REPOSITORY_UNKNOWN':
      return 'there is no such repository'
    case 'REGISTRY_TOO_LARGE':
      return `the answer to ${action} is too large`
    case 'REGISTRY_RATE_LIMITED':
      return `${action} is throttled`
    default:
      return `${action} could not be asked`
  }
}
