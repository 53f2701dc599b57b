import type { AppError } from '../errors.ts'

/** Something that could not be looked at or driven. */
export interface Failure {
  readonly subject: string
  readonly error: AppError
}

/** Each of them once: two targets on one engine fail alike when that is away. */
export function distinct(failures: readonly Failure[]): readonly Failure[] {
  const seen = new Set<string>()
  return failures.filter(({ subject, error }) => {
    const key = JSON.stringify([subject, error.code, error.message])
    return !seen.has(key) && seen.add(key)
  })
}
