import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../errors.ts'

/**
 * Makes a folder for one command, that only this user can enter and that the caller removes.
 *
 * @param subject the command, for the message
 * @throws TARGET_FAILED when there is no place for it
 */
export function makeScratch(subject: string, folder: string = tmpdir()): string {
  try {
    return mkdtempSync(join(folder, 'longshore-'))
  } catch (cause) {
    throw noScratch(subject, folder, cause)
  }
}

/** @param folder where it was tried */
export function noScratch(subject: string, folder: string = tmpdir(), cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  const sentence = `the output of ${subject} cannot be kept in ${folder}${code}; this user has to be able to write there`
  return new AppError('TARGET_FAILED', sentence, { cause })
}
