import { AppError } from '../../../errors.ts'
import { connectionCause } from './connection-cause.ts'

/** Code of the error of a name that leads only where it must not. */
export const refusedAddress = 'ADDRESS_REFUSED'

/** What a failed connection means. @param answered whether the headers of an answer had come */
export function connectionFailure(
  cause: unknown,
  subject: string,
  { host, protocol }: URL,
  answered: boolean,
): AppError {
  const code = codeOf(cause)
  if (code === refusedAddress) {
    return new AppError('REGISTRY_REFUSED', `${subject}: ${host} leads to an address that is not allowed`, { cause })
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new AppError('REGISTRY_TOO_LARGE', `${subject}: ${host} sent too many headers`, { cause })
  }
  if (code.startsWith('HPE_')) {
    return new AppError('REGISTRY_INTEGRITY', `${subject}: ${host} does not speak HTTP (${code})`, { cause })
  }
  if (answered) {
    return new AppError('REGISTRY_INTEGRITY', `${subject}: the answer of ${host} was cut off`, { cause })
  }
  const found = connectionCause(code, cause instanceof Error ? cause.message : '')
  const isHungUp = protocol === 'http:' && (code === 'ECONNRESET' || code === 'EPIPE')
  const message = `${subject}: ${host} ${found.words}${isHungUp ? ', as one that speaks TLS does when asked by plain http' : ''}`
  return new AppError(found.code, message, { cause })
}

function codeOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return 'unknown'
  // Several addresses that all failed come as one AggregateError, with the code of the first.
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown'
}
