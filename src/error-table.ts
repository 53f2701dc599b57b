import type { ErrorEntry } from './error-table/entry.ts'
import { imageErrors } from './error-table/images.ts'
import { serviceErrors } from './error-table/service.ts'
import { stateErrors } from './error-table/state.ts'
import { targetErrors } from './error-table/targets.ts'

export type { Actor } from './error-table/entry.ts'

/**
 * Every error code there is. A code is never reused or renamed once released;
 * `docs/errors.md` is held equal to this table by a test.
 */
export const errorTable = {
  ...imageErrors,
  ...targetErrors,
  ...stateErrors,
  ...serviceErrors,
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable
