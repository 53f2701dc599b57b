import { toAppError } from '../../errors.ts'
import { isoTime } from '../../lib/clock.ts'
import type { PendingEvent, Store } from '../../store/store.ts'
import type { App } from '../app.ts'

interface PagesDeps extends Pick<App, 'clock' | 'log'> {
  readonly store: Pick<Store, 'pendingEvents' | 'putAsideUnreadable'>
}

/** Events that are read at once at most, so that nothing else waits for long. */
const pageMax = 1_000

/** How soon what is pending is read anew. */
const anewMs = 10_000

/** Reads what is pending in the state page by page, from the oldest to the newest, for as long as anything may be left there. */
export interface PendingPages {
  /** There may be something that is not in memory: all is read anew, once what is under way has come to its end. */
  readAnew(): void
  /** When the next page is to be read; infinite while nothing is left there. */
  readonly dueAt: number
  /** The next page, without what cannot be read, which is put aside; reading begins anew, later, when it fails. */
  next(): Promise<readonly PendingEvent[]>
}

export function createPendingPages({ store, clock, log }: PagesDeps): PendingPages {
  let anewAt = -Infinity
  /** The last one of the page before; null when the next page is the first. */
  let last: PendingEvent | null = null
  /** One that is damaged would hold up all that came after it. */
  const read = async (): Promise<readonly PendingEvent[]> => {
    const page = [pageMax, last ?? undefined] as const
    try {
      return await store.pendingEvents(...page)
    } catch (error) {
      if (toAppError(error).code !== 'STATE_UNREADABLE') throw error
      const reasons = await store.putAsideUnreadable(isoTime(clock), ...page)
      for (const { code, sentence } of reasons) {
        log.error({ code }, `${code}: ${sentence}: that event is put aside, and polling finds what it told of`)
      }
      if (reasons.length === 0) throw error
      return read()
    }
  }
  const readAnew = (): void => void (anewAt = Math.min(anewAt, clock.elapsed() + anewMs))
  return {
    readAnew,
    get dueAt() {
      return last === null ? anewAt : -Infinity
    },
    async next() {
      // Before it is asked: what is left from here on may be missing in the answer.
      if (last === null) anewAt = Infinity
      try {
        const page = await read()
        last = page.length < pageMax ? null : (page.at(-1) ?? null)
        return page
      } catch (error) {
        last = null
        readAnew()
        throw error
      }
    },
  }
}
