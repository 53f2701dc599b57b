import type { ErrorCode } from '../../errors.ts'
import { AppError, toAppError } from '../../errors.ts'

/**
 * SQLite's primary result codes, which are the low byte of the extended ones.
 * @see https://sqlite.org/rescode.html
 */
const codes: Readonly<Record<number, ErrorCode>> = {
  3: 'STATE_UNWRITABLE', // SQLITE_PERM
  5: 'STATE_LOCKED', // SQLITE_BUSY
  6: 'STATE_LOCKED', // SQLITE_LOCKED
  8: 'STATE_UNWRITABLE', // SQLITE_READONLY
  10: 'STATE_UNWRITABLE', // SQLITE_IOERR
  11: 'STATE_UNREADABLE', // SQLITE_CORRUPT
  13: 'STATE_UNWRITABLE', // SQLITE_FULL
  14: 'STATE_UNWRITABLE', // SQLITE_CANTOPEN
  24: 'STATE_UNREADABLE', // SQLITE_FORMAT
  26: 'STATE_UNREADABLE', // SQLITE_NOTADB
}

/** The ones among SQLITE_IOERR that say that reading failed: READ, SHORT_READ, DATA, CORRUPTFS. */
const readFailures: ReadonlySet<number> = new Set([266, 522, 8202, 8458])

const causes: Partial<Record<ErrorCode, string>> = {
  STATE_LOCKED: 'is being written by another process',
  STATE_UNREADABLE: 'cannot be read',
  STATE_UNWRITABLE: 'cannot be written',
}

/** What SQLite or the file system threw, as one of the STATE_ codes; anything else as `toAppError` has it. */
export function stateError(error: unknown, folder: string): AppError {
  const code = codeOf(error)
  if (code === undefined || !(error instanceof Error)) return toAppError(error)
  return new AppError(code, `the state in ${folder} ${causes[code] ?? 'failed'}: ${error.message}`, {
    cause: error,
  })
}

/** Whether it is no fault of what was to be written: each write waits as long for a file that another has locked. */
export const isForAll = (error: unknown): boolean => error instanceof AppError && error.code === 'STATE_LOCKED'

function codeOf(error: unknown): ErrorCode | undefined {
  if (!(error instanceof Error)) return undefined
  if ('errcode' in error && typeof error.errcode === 'number') {
    return readFailures.has(error.errcode) ? 'STATE_UNREADABLE' : codes[error.errcode & 0xff]
  }
  // What node:fs throws: beyond asking what is there, we use it only to make the folder and the files, and to set modes.
  if (!('syscall' in error)) return undefined
  return error.syscall === 'access' ? 'STATE_UNREADABLE' : 'STATE_UNWRITABLE'
}
