import type { ErrorCode } from '../../errors.ts'
import { AppError, toAppError } from '../../errors.ts'

/**
 * PostgreSQL's error codes, or the classes that their first two characters are.
 * @see PostgreSQL's documentation, appendix A
 */
const codes: Readonly<Record<string, ErrorCode>> = {
  '08': 'STATE_UNAVAILABLE', // connection exceptions
  '22021': 'STATE_UNWRITABLE', // a character that the encoding of the database does not have
  '25006': 'STATE_UNWRITABLE', // read-only transaction
  '25P03': 'STATE_UNAVAILABLE', // idle for too long inside of a transaction
  '28': 'STATE_REFUSED', // authorization
  '3D': 'STATE_NOT_FOUND', // no such database
  '3F': 'STATE_NOT_FOUND', // no such schema
  '40': 'STATE_LOCKED', // serialization failure, deadlock
  '42501': 'STATE_REFUSED', // insufficient privilege
  '42P01': 'STATE_UNREADABLE', // no such table
  '42P07': 'STATE_UNREADABLE', // a table, index or sequence that is there already
  '42703': 'STATE_UNREADABLE', // no such column
  '53': 'STATE_UNAVAILABLE', // too many connections, no memory
  '53100': 'STATE_UNWRITABLE', // disk full
  '54': 'STATE_UNWRITABLE', // program limit exceeded
  '55P03': 'STATE_LOCKED', // a lock is not available
  '57': 'STATE_UNAVAILABLE', // shut down, starting up, statement cancelled by its time limit
  '58': 'STATE_UNAVAILABLE', // system error
  XX: 'STATE_UNREADABLE', // corrupted
}

const causes: Partial<Record<ErrorCode, string>> = {
  STATE_LOCKED: 'is being written by another process',
  STATE_NOT_FOUND: 'cannot be found',
  STATE_REFUSED: 'lets us not in',
  STATE_UNAVAILABLE: 'does not answer',
  STATE_UNREADABLE: 'cannot be read',
  STATE_UNWRITABLE: 'cannot be written',
}

/** What the connection itself fails with: the system's codes, and what node-postgres says without any. */
const awayCodes = /^(E(CONN\w+|HOST\w+|NET\w+|TIMEDOUT|PIPE|NOENT|AI_\w+)|ENOTFOUND)$/
const awayMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client (has encountered a connection error|was closed)|There was an error establishing an SSL connection)/

/** Those of TLS, but for what goes wrong on the way. */
const tlsCodes = /^(ERR_(TLS|SSL|OSSL)_\w+|CERT_\w+|UNABLE_TO_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|HOSTNAME_MISMATCH)$/
const refusedMessages = /^(The server does not support SSL|SASL|Client password must be)/

/**
 * What node-postgres threw, as one of the STATE_ codes; anything else as `toAppError` has it.
 * @param shown the address without its secrets
 */
export function stateError(error: unknown, shown: string): AppError {
  if (error instanceof AppError || !(error instanceof Error)) return toAppError(error)
  const code = codeOf(error)
  if (code === undefined) return toAppError(error)
  const hint = hintOf(error)
  const sentence = `the state at ${shown} ${causes[code] ?? 'failed'}: ${error.message}${hint}`
  return new AppError(code, sentence, { cause: error })
}

/** Whether the connection is of no use any more, or has never been of any. */
export function isConnectionLost(error: unknown): boolean {
  const found = error instanceof AppError ? error.cause : error
  if (!(found instanceof Error)) return false
  const code = stateCode(found)
  if (code !== null) return code.startsWith('08') || code === '25P03' || /^57P0[1-5]$/.test(code)
  return codeOf(found) === 'STATE_UNAVAILABLE'
}

/** Whether the same may succeed in a moment: what ended the transaction was no fault of its own. */
export function isPassing(error: unknown): boolean {
  const found = error instanceof AppError ? error.cause : error
  const code = found instanceof Error ? stateCode(found) : null
  return (code !== null && /^(40|55P03)/.test(code)) || isConnectionLost(error)
}

/**
 * Whether it is no fault of what was to be written: the server is away, or another process has the lock of the state. A
 * deadlock, or a row that is locked, which come with what the server said, are those of one write.
 */
export const isForAll = (error: unknown): boolean =>
  error instanceof AppError &&
  (error.code === 'STATE_UNAVAILABLE' || (error.code === 'STATE_LOCKED' && error.cause === undefined))

function codeOf(error: Error): ErrorCode | undefined {
  const state = stateCode(error)
  if (state !== null) return codes[state] ?? codes[state.slice(0, 2)]
  const code = 'code' in error ? String(error.code) : ''
  if (tlsCodes.test(code) || refusedMessages.test(error.message)) return 'STATE_REFUSED'
  return awayCodes.test(code) || awayMessages.test(error.message) ? 'STATE_UNAVAILABLE' : undefined
}

/** Five characters, of errors that came from the server. */
function stateCode(error: Error): string | null {
  if (!('code' in error) || !('severity' in error)) return null
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null
}

function hintOf(error: Error): string {
  const state = stateCode(error)
  if (state === '25006')
    return ' (a standby, or a database that was made read-only: the address must lead to the primary)'
  if (error.message.startsWith('The server does not support SSL')) {
    return ' (to go there in plain text: sslmode=disable in the address)'
  }
  return ''
}
