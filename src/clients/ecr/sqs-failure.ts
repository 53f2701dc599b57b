import { AppError } from '../../errors.ts'
import type { ErrorCode } from '../../errors.ts'

const codes: Readonly<Record<string, ErrorCode>> = {
  CredentialsProviderError: 'EVENT_QUEUE_FORBIDDEN',
  TokenProviderError: 'EVENT_QUEUE_FORBIDDEN',
  ExpiredToken: 'EVENT_QUEUE_FORBIDDEN',
  ExpiredTokenException: 'EVENT_QUEUE_FORBIDDEN',
  UnrecognizedClientException: 'EVENT_QUEUE_FORBIDDEN',
  InvalidClientTokenId: 'EVENT_QUEUE_FORBIDDEN',
  InvalidSecurity: 'EVENT_QUEUE_FORBIDDEN',
  SignatureDoesNotMatch: 'EVENT_QUEUE_FORBIDDEN',
  AccessDenied: 'EVENT_QUEUE_FORBIDDEN',
  AccessDeniedException: 'EVENT_QUEUE_FORBIDDEN',
  KmsAccessDenied: 'EVENT_QUEUE_FORBIDDEN',
  QueueDoesNotExist: 'EVENT_QUEUE_NOT_FOUND',
  InvalidAddress: 'EVENT_QUEUE_NOT_FOUND',
}

/**
 * The error that one of the SDK stands for. Its message may quote what was signed, so it stays in `cause`.
 *
 * @param action as a policy of IAM names it: `sqs:ReceiveMessage`
 */
export function sqsFailure(error: unknown, queue: string, action: string): AppError {
  const name = error instanceof Error ? error.name : ''
  if (name === 'AbortError') return new AppError('ABORTED', 'stopped', { cause: error })
  const code = codes[name] ?? 'EVENT_QUEUE_UNAVAILABLE'
  const told = /^[A-Za-z]{1,60}$/.test(name) ? ` (${name})` : ''
  return new AppError(code, `${queue}: ${sentences[code] ?? 'could not be asked'}${told}, for ${action}`, {
    cause: error,
  })
}

const sentences: Readonly<Partial<Record<ErrorCode, string>>> = {
  EVENT_QUEUE_FORBIDDEN: 'there are no AWS credentials with the right to it',
  EVENT_QUEUE_NOT_FOUND: 'there is no such queue',
  EVENT_QUEUE_UNAVAILABLE: 'it does not answer as it should',
}
