import { toAppError, type AppError } from '../../errors.ts'
import { isoTime } from '../../lib/clock.ts'
import type { SourceTrouble } from '../../store/store.ts'
import type { App } from '../app.ts'

interface TroubleDeps extends Pick<App, 'clock' | 'log'> {
  readonly store: Pick<App['store'], 'setSourceTroubles'>
}

/** Keeps what troubles the sources that we ask where `status` finds it, and says it in the log when it changes. */
export function createSourceTroubles({ store, clock, log }: TroubleDeps) {
  const troubles = new Map<string, SourceTrouble>()
  const write = async (): Promise<void> => {
    try {
      await store.setSourceTroubles([...troubles.values()])
    } catch (error) {
      // What is wrong with the state is told by those who need it; the queue is read all the same.
      log.error({ code: toAppError(error).code }, `events: ${toAppError(error).message}`)
    }
  }
  return {
    /** Forgets those of a former process. */
    begin: write,
    async note(source: string, { code, message }: AppError): Promise<void> {
      const before = troubles.get(source)
      if (before?.reason.code === code) return
      troubles.set(source, { source, reason: { code, sentence: message }, since: before?.since ?? isoTime(clock) })
      log.warn({ source, code }, `${source} cannot be read: ${message}`)
      await write()
    },
    async over(source: string): Promise<void> {
      if (!troubles.delete(source)) return
      log.info({ source }, `${source} can be read again`)
      await write()
    },
  }
}
