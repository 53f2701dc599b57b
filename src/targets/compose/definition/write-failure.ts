import { AppError } from '../../../errors.ts'
import { quote } from '../../../image/quote.ts'

/** The code of a system error, such as `ENOSPC`; empty for any other. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Named by number: in a container of ours the user is another than the one who looks at the file. */
const notAllowed = `the user of longshore (${process.geteuid?.() ?? 'unknown'}) may not write there`

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; the file was left as it was',
  EDQUOT: "this user's disk quota is used up; the file was left as it was",
  EROFS: 'it is mounted read-only',
  EACCES: notAllowed,
  EPERM: notAllowed,
  ENOENT: 'the file or its folder is gone',
  ELOOP: 'it became a symbolic link',
}

/** COMPOSE_FILE_UNWRITABLE with the reason; an AppError is returned as it is. */
export function writeFailure(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = codeOf(error)
  const reason = reasons[code] ?? `it failed with ${code === '' ? 'an unknown error' : code}`
  return new AppError('COMPOSE_FILE_UNWRITABLE', `${quote(path)} cannot be written: ${reason}`, { cause: error })
}
