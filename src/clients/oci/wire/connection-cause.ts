import type { ErrorCode } from '../../../errors.ts'
import { readTlsFailure } from './tls-failure.ts'

/** Why no connection came about. */
export interface ConnectionCause {
  /** The end of a sentence that began with the host. */
  readonly words: string
  /** All but REGISTRY_UNAVAILABLE: somebody answered whom we cannot take for the registry, and trying again does not help. */
  readonly code: Extract<ErrorCode, 'REGISTRY_UNAVAILABLE' | 'REGISTRY_UNTRUSTED' | 'REGISTRY_TLS_FAILED'>
}

const unknownAuthority = 'has a certificate of an authority that is not known here'

const untrusted: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  CERT_HAS_EXPIRED: 'has a certificate that has expired, if our clock is right',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet, if our clock is right',
  CERT_REVOKED: 'has a certificate that was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name',
}

const unreachable: Readonly<Record<string, string>> = {
  ENOTFOUND: 'is a name without an address',
  EAI_AGAIN: 'could not be looked up: no name server answers',
  ECONNREFUSED: 'lets nobody connect: nothing listens there',
  ECONNRESET: 'broke the connection off',
  EPIPE: 'broke the connection off',
  ETIMEDOUT: 'cannot be reached: nothing comes back',
  ERR_PROXY_TUNNEL: 'cannot be reached: the proxy does not let us through',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
}

/**
 * What Node's error of a failed connection means to a person.
 *
 * @param message read only where its code is the one for all that goes wrong in TLS
 * @see https://nodejs.org/api/errors.html
 */
export function connectionCause(code: string, message: string): ConnectionCause {
  const words = untrusted[code]
  if (words !== undefined) return { words: `${words} (${code})`, code: 'REGISTRY_UNTRUSTED' }
  // Once the handshake is over, as a server of TLS 1.3 says that it wants a certificate, Node names what went wrong.
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) {
    return { words: `${unreachable[code] ?? 'gave no answer'} (${code})`, code: 'REGISTRY_UNAVAILABLE' }
  }
  const failure = readTlsFailure(message)
  return { words: failure.words, code: failure.speaksTls ? 'REGISTRY_TLS_FAILED' : 'REGISTRY_UNTRUSTED' }
}
