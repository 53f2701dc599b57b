import { toAppError, type AppError } from '../../errors.ts'
import type { App } from '../app.ts'

/** Does what may fail, and tells of each failure once for as long as it stays the same. */
export interface EventTroubles {
  /** @returns what went wrong, of which nothing is told once the signal has fired; null when it went well */
  guard(what: string, stop: AbortSignal, work: () => Promise<void>): Promise<AppError | null>
  /** How something went; null when it went well. */
  note(what: string, error: unknown): void
}

/** A state that is away keeps thousands of repositories waiting: what is the same of several is told once for all. */
export function createEventTroubles(log: Pick<App['log'], 'error'>): EventTroubles {
  const sentences = new Map<string, string>()
  const counts = new Map<string, number>()

  const forget = (what: string): void => {
    const sentence = sentences.get(what)
    if (sentence === undefined) return
    sentences.delete(what)
    const count = (counts.get(sentence) ?? 0) - 1
    if (count > 0) counts.set(sentence, count)
    else counts.delete(sentence)
  }

  const note = (what: string, error: unknown): void => {
    if (error === null) return forget(what)
    const { code, message } = toAppError(error)
    const sentence = `events: ${code}: ${message}`
    if (sentences.get(what) === sentence) return
    forget(what)
    if (!counts.has(sentence)) log.error({ code }, sentence)
    sentences.set(what, sentence)
    counts.set(sentence, (counts.get(sentence) ?? 0) + 1)
  }

  return {
    note,
    async guard(what, stop, work) {
      try {
        await work()
        note(what, null)
        return null
      } catch (error) {
        if (!stop.aborted) note(what, error)
        return toAppError(error)
      }
    },
  }
}
