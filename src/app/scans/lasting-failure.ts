import type { AppError } from '../../errors.ts'
import type { TagObservation, Time } from '../../store/store.ts'

type Failure = NonNullable<TagObservation['failure']>

/** A look that failed. What lasts is one fault, with its beginning and count; an answer of another kind begins anew. */
export function lastingFailure(before: Failure | null, { code, message }: AppError, at: Time): Failure {
  const last = before?.code === code ? before : null
  return { code, sentence: message, at, since: last?.since ?? at, count: (last?.count ?? 0) + 1 }
}
