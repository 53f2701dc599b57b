import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { AppError } from '../../errors.ts'
import type { PostgresAddress } from '../../lib/postgres-address.ts'

/**
 * How node is to speak TLS, with what libpq means by each mode; false for plain text.
 * @throws STATE_REFUSED where a file that is named cannot be read
 */
export function tlsOptions(address: PostgresAddress): ConnectionOptions | false {
  const { tls, rootCert, cert, key } = address
  if (tls === 'disable') return false
  // Public certificate authorities, as node knows them, where the address names none.
  const ca = rootCert === null || rootCert === 'system' ? undefined : read(rootCert, address)
  // With a root of its own libpq takes `require` for `verify-ca`.
  const isVerified = tls !== 'require' || ca !== undefined
  return {
    rejectUnauthorized: isVerified,
    ...(ca !== undefined && { ca }),
    ...(cert !== null && { cert: read(cert, address) }),
    ...(key !== null && { key: read(key, address) }),
    ...(tls !== 'verify-full' && { checkServerIdentity: () => undefined }),
  }
}

function read(file: string, { shown }: PostgresAddress): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it cannot be read'
    throw new AppError('STATE_REFUSED', `the state at ${shown} is not reached: ${file} cannot be read (${why})`, {
      cause,
    })
  }
}
